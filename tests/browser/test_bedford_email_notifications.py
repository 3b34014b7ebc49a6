"""bedford-actuals-guide "Email Notifications", steps 1 and 2, and what "Actions (Immediate)" then sends."""

from datetime import timedelta
from typing import Any

from django.core import mail
from playwright.sync_api import expect

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import oasis
from workflows.actions import commands
from workflows.actions.rules import Asked
from workflows.engine import moment
from workflows.engine.models import Case, Outbox, Task
from workflows.parties.models import User

load()
TITLE, WORDS = "Land, Lucy: fees from April", "Mrs Land stays until May."


def carry() -> None:
    """What the workers do until nothing is left that is due within the minutes in which mails are gathered."""
    soon = moment.now() + timedelta(hours=1)
    while row := Outbox.objects.filter(done_at=None, parked_at=None, due_at__lte=soon).order_by("pk").first():
        Outbox.objects.filter(pk=row.pk).update(due_at=moment.now())
        carrying.carry_out(row.pk, row.attempts)


def answered(by: User, case: Case) -> None:
    task = Task.objects.values_list("pk", flat=True).get(process=case, finished=None)
    commands.reply(actor=make.actor(by), case_id=case.pk, task_id=task, text=WORDS, key=make.key())


def test_actions_immediate(open_tab: Open, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    place = oasis(clients=2)
    lucy = place.document_of("Land").case.client_id
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name="E-mail notifications").click()
    group = page.get_by_label("An action is assigned to the provider")
    group.select_option(label="No e-mail, only on the home page")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Your choice is saved.")

    said = Asked("query", "client", lucy, None, "service_brokerage", TITLE, "Until when?")
    case = Case.objects.get(pk=commands.open_action(actor=make.actor(place.james), asked=said, key=make.key()).case_id)
    carry()
    mail.outbox.clear()
    priya = make.staff_user(name="Priya Raman")
    answered(priya, case)
    carry()
    assert [each for each in mail.outbox if place.james.email in each.to] == []

    group.select_option(label="An e-mail at once")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Your choice is saved.")
    tab.step("2-saved")
    task = Task.objects.values_list("pk", flat=True).get(process=case, finished=None)
    commands.comment(actor=make.actor(place.james), case_id=case.pk, task_id=task, text="And then?", key=make.key())
    carry()
    mail.outbox.clear()
    answered(priya, case)
    carry()
    carry()  # a worker that comes twice sends no second one
    (sent,) = [each for each in mail.outbox if place.james.email in each.to]
    whole = f"{sent.subject}\n{sent.body}\n{sent.extra_headers}"
    assert case.reference in sent.subject
    for word in ("Lucy", "Land", "9170468", TITLE, WORDS):
        assert word not in whole

    link = next(word for word in sent.body.split() if case.reference in word and word.startswith("http"))
    page.goto(link[link.index("/case/") :] if "/case/" in link else link)
    expect(page.get_by_text(WORDS).last).to_be_visible()
