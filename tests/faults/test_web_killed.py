"""The web process dies around the commit: the same form sent again has one effect and is answered as ever."""

import http.client
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import care
from tests import factories as make
from tests.concurrency.browsers import Answer, Browser, browser_of
from tests.councils import served
from tests.faults.processes import Started, database_url, until
from tests.model.moves import seen, verb_call
from workflows.actuals.models import LineWeek
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Case, Event, Outbox, Receipt, StoredFile, Task
from workflows.engine.verify import verify
from workflows.register.models import CarePackageLine

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.real_passwords,  # the web process, which knows no quick ones, checks them
]
POINTS = ("before it is written", "written and not committed", "committed and not answered")
Web = Callable[[], Started]


class Server:
    """A gunicorn on a port that stays ours while it is dead."""

    def __init__(self, folder: Path, point: str, council: str = "norfolk") -> None:
        self.folder, self.armed, self.council = folder, folder / "armed", council
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.point = point
        self.process = self._begin()

    def _begin(self) -> Started:
        bind = f"fd://{self.listening.fileno()}"
        command = [sys.executable, "-m", "gunicorn", "tests.faults.dying:application", "--bind", bind]
        process = Started(
            [*command, "--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket"],
            self.folder / "web.log",
            keep=(self.listening.fileno(),),
            DATABASE_URL=database_url(),
            CONCORD_COUNCIL=self.council,
            CONCORD_TEST_DIES=self.point,
            CONCORD_TEST_ARMED=str(self.armed),
        )
        until(self._answers)
        return process

    def _answers(self) -> bool:
        try:
            return Browser(self.address).get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def dies_at(self, browser: Browser, path: str, fields: dict[str, str]) -> None:
        """Send a form; the server dies over it and answers nothing."""
        self.armed.touch()
        with pytest.raises((OSError, http.client.HTTPException)):
            browser.post(path, fields)
        until(lambda: self.process.process.poll() is not None)
        assert not self.armed.exists(), "it did not die at its point"

    def again(self) -> None:
        """Start anew."""
        self.process.kill()
        self.process = self._begin()

    def stop(self) -> None:
        self.process.kill()
        self.listening.close()


@pytest.fixture(params=POINTS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path, request.param)
    yield found
    found.stop()


@pytest.fixture(params=POINTS)
def bradford(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The web process of a council that has actuals."""
    with served("bradford"):
        found = Server(tmp_path, request.param, "bradford")
        yield found
        found.stop()


def send_until_answered(server: Server, browser: Browser, path: str, fields: dict[str, str]) -> Answer:
    """Send, die, start, and send the very same form again: what a person does who presses Send once more."""
    server.dies_at(browser, path, fields)
    nothing_is_torn()
    server.again()
    answer = browser.post(path, fields)
    assert browser.post(path, fields).status == answer.status
    return answer


def nothing_is_torn() -> None:
    """Every case is whole: state, turn, events and version belong together."""
    assert verify().findings == []
    for case in Case.objects.all():
        turns = Task.objects.filter(process=case, finished=None).count()
        assert (case.open_tasks, case.finished is None) == (turns, turns > 0)
        assert Event.objects.filter(case=case).count() == case.version
    for document in ContractDocument.objects.all():
        assert document.version == DocumentVersion.objects.filter(document=document).count()
        latest = DocumentVersion.objects.filter(document=document).latest("number")
        assert StoredFile.objects.filter(pk=latest.pdf.name).exists()


def test_an_answer_over_which_the_web_died_is_given_once(server: Server) -> None:
    document = make.published()
    person = make.provider_user(document.case.organisation)
    browser = browser_of(person, server.address)
    path = f"/portal/contract-documents/{document.pk}/"
    fields = browser.form(path, "answer").fields
    fields |= {"answer": "reject", "reason": "cost", "text": "It is £600.", "password": make.PASSWORD}
    answer = send_until_answered(server, browser, path, fields)
    assert (answer.status, answer.location) == (302, path)
    assert "You rejected version 1" in browser.get(path).body
    assert list(Event.objects.filter(case_id=document.pk).order_by("seq").values_list("kind", flat=True)) == [
        "contract_document.publish",
        "contract_document.reject",
    ]
    assert Receipt.objects.filter(key__startswith=f"{person.pk}:").count() == 1
    assert Outbox.objects.filter(key__startswith=f"case:{document.pk}:2:").count() == 1
    nothing_is_torn()


def test_a_line_and_its_new_version_are_written_both_or_neither(server: Server) -> None:
    document = make.published()
    verb_call("reject", make.actor(make.provider_user(document.case.organisation)), seen(document), make.key())()
    browser = browser_of(make.staff_user(), server.address)
    path = f"/cases/{document.pk}/amend/"
    fields = browser.form(path, "explanation").fields | {"pricing": "own", "own_price": "600.00", "step": "confirm"}
    answer = send_until_answered(server, browser, path, fields)
    assert answer.status == 302
    versions = DocumentVersion.objects.filter(document=document).order_by("number")
    assert [str(each.weekly) for each in versions] == ["536.49", "600.00"]
    assert Event.objects.filter(stream=f"line:{document.line_id}").count() == 2
    line = CarePackageLine.objects.get(pk=document.line_id)
    assert ContractDocument.objects.get(pk=document.pk).line_version == line.version
    nothing_is_torn()


def test_of_a_week_every_line_is_saved_or_none(bradford: Server) -> None:
    _, home = care.provider("supported_living")
    shared = care.level("shared_support", group="supported_living")
    for _ in range(3):
        care.line(home, shared)
    week = care.opened(home)
    lines = LineWeek.objects.filter(case=week.pk).order_by("pk")
    browser = browser_of(make.provider_user(week.service.organisation, role="main_user"), bradford.address)
    path = f"/portal/actuals/{week.pk}/"
    form = browser.form(path, f"l{lines[0].pk}_version").fields
    fields = {name: value for name, value in form.items() if value}  # a browser sends no box that is not ticked
    fields |= {f"l{each.pk}-1-missed-0": "2" for each in lines} | {"do": "save"}
    saves = Event.objects.filter(case_id=week.pk, kind="actuals.save")
    bradford.dies_at(browser, path, fields)
    assert {each.version for each in lines.all()} == {1 + saves.count()}
    nothing_is_torn()
    bradford.again()
    for _ in range(2):
        answer = browser.post(path, fields)
        assert (answer.status, answer.location) == (302, path)
    assert {each.version for each in lines.all()} == {2}
    assert saves.count() == 1
    nothing_is_torn()
