"""The access log: what an auditor finds in it, and that no other log knows a secret or a person."""

import logging
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from tests.factories import PASSWORD
from workflows.engine.models import Access, Outbox
from workflows.parties.models import User
from workflows.people import authenticators
from workflows.people.models import Authenticator

from .conftest import PASSCODE, browser_of
from .council import words

load()
pytestmark = pytest.mark.django_db
LOG = "/administration/access-log/"


def first_step(browser: Client, email: str, password: str) -> Any:
    return browser.post("/sign-in/", {"email": email, "password": password})


def test_an_auditor_reads_and_filters_sign_ins_refusals_files_and_views(james: User, settings: Any) -> None:
    settings.DEMO = False
    line = make.line(make.service(james.memberships.get().organisation))
    browser = Client()
    first_step(browser, "nobody@provider.example", "Wrong-pass-11")
    first_step(browser, james.email, "Wrong-pass-11")
    first_step(browser, james.email, PASSWORD)
    browser.post("/sign-in/passcode/", {"passcode": PASSCODE})
    browser.get(f"/portal/care-package-line-items/{line.pk}/")
    browser.get("/portal/care-package-line-items/list.csv")
    browser.post("/sign-out/")
    auditor = browser_of(make.staff_user("", duty="auditor"))
    page = words(auditor.get(LOG))
    assert "An address that is not known" in page and "Refused: wrong password or digits" in page
    assert "Signed in" in page and "Signed out" in page and "Lines, csv" in page
    found = auditor.post(LOG, {"group": "clients", "email": james.email.upper(), "ss_ref": line.client.ss_ref})
    assert found.headers["Location"] == f"{LOG}?group=clients&user={james.pk}&client={line.client_id}"
    page = words(auditor.get(found.headers["Location"]))
    assert "Signed in" not in page and line.client.ss_ref in page and james.name in page
    taken = words(auditor.get(f"{LOG}?group=taken"))
    assert "Lines, csv" in taken and "Signed out" not in taken
    refused = words(auditor.get(f"{LOG}?group=refused&user={james.pk}"))
    assert "wrong password" in refused and "not known" not in refused
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert "Nothing was recorded that fits." in words(auditor.get(f"{LOG}?first={tomorrow}"))
    assert "Nobody has this address" in words(auditor.post(LOG, {"email": "nobody@provider.example"}))
    assert Access.objects.filter(what="access_log", client_id=line.client_id).exists()
    for duty in ("administrator", ""):
        assert browser_of(make.staff_user(duty=duty)).get(LOG).status_code == 403


def test_a_long_log_takes_no_more_questions_than_a_short_one(james: User) -> None:
    auditor = browser_of(make.staff_user("", duty="auditor"))
    auditor.get(LOG)
    counts = []
    for more in (1, 60):
        Access.objects.bulk_create([Access(user=james, what="line", object_id=each) for each in range(more)])
        with CaptureQueriesContext(connection) as asked:
            auditor.get(LOG)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_no_secret_and_no_person_is_in_any_other_log(
    james: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEMO = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # statements are no log of ours: off in production
    browser, desk = Client(), browser_of(make.staff_user("fes_admin"))
    first_step(browser, "canary.unknown@provider.example", "Canary-guess-11")
    first_step(browser, james.email, "Canary-guess-11")
    first_step(browser, james.email, PASSWORD)
    browser.post("/sign-in/passcode/", {"passcode": "482915"})
    for _ in range(2):
        first_step(browser, james.email, "Canary-guess-11")
    for how in ("link", "helpline"):
        Client().post("/forgotten/", {"email": james.email, "what": "password", "how": how})
    while due := list(Outbox.objects.filter(done_at=None, parked_at=None)):
        for row in due:
            Outbox.objects.filter(pk=row.pk).update(due_at=timezone.now())
            carrying.carry_out(row.pk, row.attempts)
    (token,) = {found[1] for each in mail.outbox if (found := re.search(r"/reset/(\S+)/", str(each.body)))}
    for _ in range(3):
        Client().post(f"/reset/{token}/", {"email": "canary.unknown@provider.example"})
    answered = ["The reference of their organisation", "Their own job and the service where they work"]
    page = desk.post(f"/helpline/people/{james.pk}/", {"act": "password", "answered": answered})
    given = re.search(r"New password (\S+) It is shown once", words(page))
    assert given is not None
    own = Client()
    first_step(own, james.email, given[1])
    own.post("/sign-in/passcode/", {"passcode": PASSCODE})
    own.post("/sign-in/new-password/", {"password": "Canary-garden-99"})
    shown = words(own.get("/authenticator/"))
    letters = re.search(r"type these letters into it: ((?:[A-Z2-7]{4} ?)+)", shown)
    assert letters is not None
    digits = pyotp.TOTP(letters[1].replace(" ", "")).now()
    codes = words(own.post("/authenticator/", {"digits": digits, "password": "Canary-garden-99"}))
    recovery = re.findall(r"\b[a-z0-9]{5}-[a-z0-9]{5}\b", codes)
    desk.get("/helpline/people/999999/")
    assert len(recovery) == 10 and caplog.records
    app, session_keys = Authenticator.objects.get(), [str(each.session.session_key) for each in (own, desk)]
    secrets = ["Canary", PASSWORD, PASSCODE, "482915", given[1], token, digits, letters[1].replace(" ", ""), app.salt]
    secrets += [james.email, james.name, authenticators.secret(app), *recovery, *session_keys]
    secrets += [each.value for each in own.cookies.values()]
    written = "\n".join(logging.Formatter().format(each) for each in caplog.records).lower()
    assert [each for each in secrets if each and each.lower() in written] == []
