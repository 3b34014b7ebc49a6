"""A home care provider of another council than the handbook's, and what tests of its chapters share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from playwright.sync_api import Page

from tasks.actors.mail import mail
from tasks.actors.notify import notify
from tests import factories as make
from tests.browser.oasis import CLIENTS, Oasis, with_passcode
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.models import Outbox
from workflows.parties.models import Client


def home_care(*, organisation: str, service: str, clients: int = 2, role: str = "") -> Oasis:
    """A service of the council's first group that says nothing else, with documents of its first clients.

    James Beiley has the council's first role, unless `role` is another.
    """
    group = current().service_groups[0].key
    owner = make.organisation(organisation)
    home = make.service(owner, name=service, group=group)
    james = with_passcode(make.provider_user(owner, name="James Beiley", role=role or current().roles[0].key))
    level = make.level(group, "18.40", name="Home Care Standard Rate", unit="Hour")
    documents = []
    for surname, forename, ss_ref in CLIENTS[:clients]:
        client = Client.objects.create(ss_ref=ss_ref, surname=surname, forename=forename)
        documents.append(make.published(make.line(home, of=client, service_level=level)))
    return Oasis(owner, home, james, documents)


def due(page: Page, days: int) -> None:
    """Fill in when an answer is wanted."""
    day = moment.today() + timedelta(days=days)
    box = page.get_by_role("group", name="Due date")
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        box.get_by_label(label).fill(str(part))


@contextmanager
def workers() -> Iterator[None]:
    """Afterwards, people are told what happened inside, and the mails of this moment have gone out."""
    before = set(Outbox.objects.values_list("pk", flat=True))
    yield
    for topic, work in (("notify", notify), ("mail", mail)):
        until = moment.now() + timedelta(seconds=settings.MAIL_WINDOW_SECONDS)  # what comes together goes in one mail
        for row in Outbox.objects.filter(topic=topic, due_at__lte=until).exclude(pk__in=before).order_by("pk"):
            with transaction.atomic():
                work(row.payload, row.key)
