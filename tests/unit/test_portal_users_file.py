"""What a line of the Portal User Template would do: every case, without a database."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from tests.councils import FOLDER
from workflows.changes.users import columns, workbook
from workflows.changes.users.judging import Known, Person, Provider, judged
from workflows.council import profile
from workflows.council.schema import Council
from workflows.engine.errors import Refused

OASIS = Provider(1, "Oasis", {"s1": 11, "oak house": 11, "s2": 12}, {11: "Oak House", 12: "Elm House"})
ROLE = "Super User (Scheduled)"
KEY = "super_user_scheduled"
PEOPLE = {
    "ann@oasis.example": Person(5, "Ann Field", True, True, {(1, KEY): frozenset({11}), (2, KEY): frozenset({None})}),
    "gone@oasis.example": Person(6, "Gone Away", True, False),
    "officer@council.example": Person(7, "An Officer", False, True),
}
KNOWN = Known({"o1": OASIS}, PEOPLE)
LINE = {"organisation": "O1", "forename": "Ann", "surname": "Field", "email": "ann@oasis.example", "role": ROLE}


@pytest.fixture(scope="module")
def council() -> Council:
    return profile.load(FOLDER / "norfolk.toml")


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"email": "new@oasis.example"}, "new", f"Invites Ann Field: {ROLE} at the whole organisation, Oasis."),
    ({"email": " NEW@Oasis.example "}, "new", "Invites Ann Field"),
    ({"services": "S1"}, "unchanged", "It is like this already."),
    ({"services": "oak  HOUSE"}, "unchanged", "It is like this already."),
    ({"services": "s1; S2"}, "updated", "at Elm House and Oak House. Until now: Super User (Scheduled) at Oak House."),
    ({"services": ""}, "updated", "Changes the reach of Ann Field: Super User (Scheduled) at the whole organisation."),
    ({"services": "All"}, "updated", "at the whole organisation"),
    ({"role": "payments", "services": "S2"}, "updated", "Gives Ann Field Payments at Elm House, Oasis."),
    ({"services": "S1; S9"}, "rejected", "Oasis has no service S9."),
    ({"organisation": "O9"}, "rejected", "There is no provider with the reference O9."),
    ({"role": "Captain"}, "rejected", "There is no role Captain. Roles are: Super User (Actuals), Super User"),
    ({"email": "ann"}, "rejected", "Enter an e-mail address"),
    ({"email": "gone@oasis.example"}, "rejected", "was suspended or has ended. Give it back first."),
    ({"email": "officer@council.example"}, "rejected", "a colleague's address"),
]


@pytest.mark.parametrize(("change", "verdict", "says"), CASES)
def test_a_line_says_what_it_would_do(council: Council, change: dict[str, Any], verdict: str, says: str) -> None:
    found = judged(council, KNOWN, LINE | change)
    assert (found.verdict, says in found.message) == (verdict, True), found.message
    assert (found.wanted is None) is (verdict == "rejected")


def test_a_shared_mailbox_is_doubted_or_refused_as_the_profile_says(council: Council) -> None:
    shared = LINE | {"email": "office2@oasis.example"}
    for how, verdict in (("warn", "new"), ("refuse", "rejected")):
        requests = council.change_requests.model_copy(
            update={"shared_mailbox": how, "shared_mailboxes": frozenset({"office"}), "preferred_mail": frozenset()}
        )
        found = judged(council.model_copy(update={"change_requests": requests}), KNOWN, shared)
        assert found.verdict == verdict
        assert "shared mailbox" in (found.issue or found.message)
    other = judged(council, KNOWN, LINE | {"surname": "Meadow", "services": "S1"})
    assert "recorded as Ann Field; the file does not change the name" in other.issue


def _book(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_as_values_whatever_it_holds() -> None:
    content = _book([columns.header(), [10023, None, " Ann ", "Field", "a@b.example", "=1+1"], [], [None]])
    assert workbook.is_one(content)
    first, second = workbook.as_csv(content).decode().splitlines()
    assert first == ",".join(columns.header())
    assert second == "10023,,Ann,Field,a@b.example"  # a formula that no spreadsheet has worked out has no value


def _with_part(name: str, text: bytes) -> bytes:
    file = BytesIO(_book([columns.header()]))
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(name, text)
    return file.getvalue()


REFUSED = [
    (b"PK\x03\x04 no package", "damaged"),
    (_with_part("xl/vbaProject.bin", b"x"), "macros"),
    (_with_part("xl/more.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "cannot be read"),
]


@pytest.mark.parametrize(("content", "says"), REFUSED, ids=["damaged", "macros", "entities"])
def test_what_could_do_harm_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        workbook.as_csv(content)
    assert refusal.value.code == "unreadable"


def test_the_template_names_roles_and_the_providers_services(council: Council) -> None:
    found = dict(columns.sheets(council, [("O1", "Oasis", "S1", "Oak House")]))
    assert found["Portal users"] == [columns.header()]
    assert {name for name, _ in found["Roles"][1:]} == {role.name for role in council.roles}
    assert found["Services"][1] == ("O1", "Oasis", "S1", "Oak House")
    assert set(columns.MEANINGS) == {each.name for each in columns.USERS.columns}
