"""Search finds what the asker may see, and nothing else."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.council import profile
from workflows.engine import erase, moment
from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Case
from workflows.engine.searching import Asked
from workflows.engine.turns import note
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service
from workflows.register import commands as register
from workflows.search import commands, selectors
from workflows.search.models import KEPT_FOR, KeptSearch

pytestmark = pytest.mark.django_db


@dataclass
class Marked:
    """A provider whose every name and text holds its mark and the word `Common`, which all share."""

    mark: str
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    provider: Actor = field(init=False)
    document: ContractDocument = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Common Ltd")
        self.home = make.service(self.organisation, name=f"{self.mark} Common House")
        self.provider = make.actor(make.provider_user(self.organisation))
        client = make.client_(f"{self.mark}client", "Common")
        self.document = make.published(make.line(self.home, of=client))
        officer = make.actor(make.staff_user())
        words = f"Common: the weekly cost of {self.mark} is wrong"
        verb_call("reject", self.provider, seen(self.document), make.key(), words=words)()
        note(actor=officer, case_id=self.document.pk, text=f"Common inside {self.mark}secret", key=make.key())
        line = self.document.line
        register.end_line(
            actor=officer, line_id=line.pk, version=line.version, end=line.start, reason=f"Common {self.mark}ended"
        )

    @property
    def reference(self) -> str:
        return Case.objects.get(pk=self.document.pk).reference


@pytest.fixture
def two() -> tuple[Marked, Marked]:
    return Marked("Alphamark"), Marked("Betamark")


def said(actor: Actor, text: str) -> str:
    """Everything that a page of results could show."""
    return re.sub(r"\\ue00[01]", "", repr(selectors.results(actor, text)))


def titles(actor: Actor, text: str) -> set[tuple[str, str]]:
    return {(each.key, hit.title) for each in selectors.results(actor, text) for hit in each.hits}


def officer() -> Actor:
    return make.actor(make.staff_user())


def test_a_provider_finds_its_own_and_no_mark_of_the_other(two: tuple[Marked, Marked]) -> None:
    for one, other in (two, two[::-1]):
        for text in ("common", other.mark, other.reference, other.document.line.reference, "weekly cost wrong"):
            found = said(one.provider, text)
            assert other.mark not in found
            assert other.reference not in found
        own = said(one.provider, "common")
        assert one.reference in own
        assert f"{one.mark} Common House" in own
        assert "weekly cost" in said(one.provider, "weekly cost wrong")


def test_without_the_scope_both_would_be_found(two: tuple[Marked, Marked]) -> None:
    """The control: the words are there to be found, by whoever may read them."""
    found = said(officer(), "common")
    assert all(each.mark in found and each.reference in found for each in two)


def test_a_service_role_finds_what_is_at_that_service(two: tuple[Marked, Marked]) -> None:
    one, _ = two
    elsewhere = make.service(one.organisation, name="Common Lodge")
    here, there = (make.provider_user(one.organisation, only=each) for each in (one.home, elsewhere))
    assert one.reference in said(make.actor(here), "common")
    found = said(make.actor(there), "common")
    assert one.reference not in found
    assert one.home.name not in found
    assert "Common Lodge" in found


def test_a_role_without_the_function_finds_none_of_its_records(two: tuple[Marked, Marked]) -> None:
    one, _ = two
    reports = make.actor(make.provider_user(one.organisation, role="reports"))
    assert selectors.results(reports, "common") == []
    assert selectors.straight(reports, one.reference) is None


def test_inside_notes_and_reasons_are_for_staff(two: tuple[Marked, Marked]) -> None:
    one, _ = two
    for word in ("secret", "ended"):
        assert {key for key, _ in titles(officer(), f"{one.mark}{word}")} == {"words"}
        assert selectors.results(one.provider, f"{one.mark}{word}") == []


def test_a_desk_that_does_not_read_the_kind_finds_none_of_it(
    two: tuple[Marked, Marked], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = two
    reading, other = make.staff_user("procurement"), make.staff_user("fes_admin")
    whole = profile.current().model_dump()
    for team in whole["teams"]:
        if team["key"] == "fes_admin":
            team["reads"] = ["action", "change_request"]
    try:
        another_council(monkeypatch, {}, whole=whole)
        assert one.reference in said(make.actor(reading), "common")
        assert selectors.results(make.actor(other), "common") == []
        assert selectors.straight(make.actor(other), one.reference) is None
    finally:
        monkeypatch.undo()
        usual_council()


def test_an_administrator_without_a_team_finds_nothing(two: tuple[Marked, Marked]) -> None:
    assert selectors.results(make.actor(make.staff_user("", duty="administrator")), "common") == []
    assert two[0].reference in said(make.actor(make.staff_user("", duty="auditor")), "common")


def test_erased_words_and_names_are_never_found(two: tuple[Marked, Marked]) -> None:
    one, other = two
    asker, administrator = officer(), make.actor(make.staff_user("", duty="administrator"))
    commands.keep(actor=asker, text=f"  {one.mark}client ")
    kept = commands.keep(actor=asker, text="somebody else")
    erase.erase_client(one.document.line.client_id, administrator)
    for text in (f"{one.mark}client", f"{one.mark}secret", f"{one.mark}ended", "weekly cost wrong"):
        assert one.mark not in said(asker, text)
    assert other.mark in said(asker, "weekly cost wrong")
    assert list(KeptSearch.objects.all()) == [kept]


@pytest.mark.parametrize("typed", ["obrien", "O'Bri", "jose obr", "o’brien-zolc", "ZOLC", "7000"])
def test_part_of_a_name_is_enough_and_marks_do_not_count(typed: str) -> None:
    client = Client.objects.create(ss_ref="7000077", surname="O’Brien-Żółć", forename="José")
    assert ("clients", f"O’Brien-Żółć, José ({client.ss_ref})") in titles(officer(), typed)


def test_every_typed_word_must_be_there() -> None:
    make.client_("Brock", "Arthur")
    assert titles(officer(), "brock art")
    assert not titles(officer(), "brock maria")
    assert not titles(officer(), "rock")


@pytest.mark.parametrize(
    "change", [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("-", "/")]
)
def test_a_reference_however_it_is_typed_leads_straight_to_its_case(
    two: tuple[Marked, Marked], change: Callable[[str], str]
) -> None:
    one, other = two
    for actor in (officer(), one.provider):
        hit = selectors.straight(actor, change(f" {one.reference} "))
        assert hit is not None
        assert (hit.kind, hit.id) == ("contract_document", one.document.pk)
    assert selectors.straight(other.provider, change(one.reference)) is None


def test_the_year_and_the_noughts_may_be_missing(two: tuple[Marked, Marked]) -> None:
    one, _ = two
    hit = selectors.straight(officer(), f"iso {one.document.pk}")
    assert hit is not None
    assert hit.id == one.document.pk
    assert ("cases", one.reference) in titles(officer(), str(one.document.pk).zfill(6))
    assert selectors.straight(officer(), f"abc {one.document.pk}") is None


def test_a_line_and_a_client_are_known_by_their_whole_references(two: tuple[Marked, Marked]) -> None:
    line = two[0].document.line
    for reference, kind in ((line.reference.lower(), "line"), (line.client.ss_ref, "client")):
        hit = selectors.straight(officer(), reference)
        assert hit is not None
        assert hit.kind == kind


def test_a_word_of_a_text_is_found_in_another_form_and_shown_with_what_is_around_it(two: tuple[Marked, Marked]) -> None:
    (found,) = [each for each in selectors.results(two[0].provider, "costs") if each.key == "words"]
    assert ("cost", True) in found.hits[0].excerpt
    assert "".join(part for part, _ in found.hits[0].excerpt).startswith("Common: the weekly cost of Alphamark")


@pytest.mark.parametrize(
    "typed", ["%", "a & !b", "':* | *", "\\", "((", "the", "<script>alert(1)</script>", "💷 cost", "𝔸𝔹", "1e5"]
)
def test_whatever_is_typed_is_a_question(two: tuple[Marked, Marked], typed: str) -> None:
    selectors.results(two[0].provider, typed)
    selectors.straight(officer(), typed)


def test_a_percent_sign_is_no_wildcard(two: tuple[Marked, Marked]) -> None:
    assert two[0].reference in said(officer(), "ISO")
    assert two[0].reference not in said(officer(), "I%O")


def test_each_of_the_two_questions_is_one_statement(two: tuple[Marked, Marked]) -> None:
    for actor in (officer(), two[0].provider):
        with CaptureQueriesContext(connection) as asked:
            selectors.results(actor, "common")
            selectors.straight(actor, "common")
        assert len(asked) == 2


def test_a_group_shows_ten_and_says_how_many_more() -> None:
    for number in range(61):
        make.client_(f"Samename{number:02}")
        if number in (9, 12, 60):
            (found,) = selectors.results(officer(), "samename")
            assert len(found.hits) == min(number + 1, 10)
            assert (found.more, found.capped) == {9: (0, False), 12: (3, False), 60: (40, True)}[number]
    assert found.hits[0].title.startswith("Samename00")


def test_what_was_asked_is_its_askers_for_an_hour(two: tuple[Marked, Marked]) -> None:
    one, other = two
    kept = commands.keep(actor=one.provider, text=" Brock \t Arthur ")
    assert kept.text == "Brock Arthur"
    assert selectors.kept(one.provider, kept.token) == kept
    colleague = make.actor(make.provider_user(one.organisation))
    for somebody in (other.provider, colleague, officer()):
        with pytest.raises(NotFound):
            selectors.kept(somebody, kept.token)
    with moment.at(timezone.now() + KEPT_FOR + timedelta(seconds=1)), pytest.raises(NotFound):
        selectors.kept(one.provider, kept.token)
    assert commands.forget(now=timezone.now()) == 0
    assert commands.forget(now=timezone.now() + KEPT_FOR) == 1


def test_a_search_at_one_provider_is_not_one_at_another(two: tuple[Marked, Marked]) -> None:
    one, _ = two
    kept = commands.keep(actor=one.provider, text="brock")
    with pytest.raises(NotFound):
        selectors.kept(replace(one.provider, organisation_id=make.organisation().pk), kept.token)


@pytest.mark.parametrize("typed", ["", " ", "a", "-%-", "''"])
def test_too_little_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        commands.keep(actor=officer(), text=typed)
    assert refused.value.code == "too_short"


def test_letters_are_folded_as_unicode_says() -> None:
    wrong = []
    with connection.cursor() as cursor:
        for code in range(0xC0, 0x250):
            letter = chr(code)
            base = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
            if base != letter and len(base) == 1 and base.isascii() and base.isalpha():
                cursor.execute("SELECT concord_fold(%s)", [letter])
                if cursor.fetchone() != (base.lower(),):
                    wrong.append(letter)
    assert wrong == []


def test_what_was_typed_is_tidied() -> None:
    assert Asked.read(" a\u200b b\x00c ").text == "a b c"
    assert len(Asked.read("x" * 1000).text) == 200
