"""Actuals, disputes and care decisions of two providers with marked data, as Bradford: nothing of one is on any page,
file or answer of the other, of a colleague at another service, or of a council's team that does not read the kind; and
whoever may not act changes no row, by any address that takes a form."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from tasks.actors import load
from tests import care
from tests import factories as make
from tests.access.marked import Crawl
from tests.access.test_nothing_leaks import answer, carry_everything
from tests.councils import served
from tests.files import PDF, staged, upload
from tests.web.portal import sign_in
from workflows.actuals import commands as actuals
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.files import exporting
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, CareDecision
from workflows.disputes import commands as disputes
from workflows.disputes.models import Dispute, DisputedRow
from workflows.engine import files
from workflows.engine.models import Attachment, Case
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine, ImportRun, ServiceLevel

load()
pytestmark = pytest.mark.django_db
D = Decimal
#: What was answered about, what is checked, and what is still recorded.
ANSWERED, CHECKED, RECORDED = (care.WEEK + timedelta(weeks=each) for each in range(3))


@dataclass
class Marked:
    """A provider with a week in each state, an answered and an open dispute, what an absence set going, and a file."""

    mark: str
    level: ServiceLevel
    tom: Actor
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    elsewhere: Service = field(init=False)
    person: User = field(init=False)
    lines: list[CarePackageLine] = field(init=False)
    weeks: dict[date, ActualWeek] = field(init=False)
    disputes: list[Dispute] = field(init=False)
    run: ImportRun = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(self.organisation, group="supported_living", name=f"{self.mark} House")
        self.elsewhere = make.service(self.organisation, group="supported_living", name="Another House")
        self.person = make.provider_user(self.organisation, role="main_user", name=f"Person {self.mark}")
        self.lines = [
            care.line(self.home, self.level, "10", client=make.client_(f"{self.mark}{each}", self.mark))
            for each in range(3)
        ]
        self.weeks = {each: care.opened(self.home, each) for each in (ANSWERED, CHECKED, RECORDED)}
        for each in self.weeks:
            self._record(each)
        self.disputes = [self._disputed(each) for each in (ANSWERED, CHECKED)]
        self._answer(self.disputes[0])
        self.run = self._imported()

    @property
    def actor(self) -> Actor:
        """The person, at this provider."""
        return make.actor(self.person)

    @property
    def words(self) -> str:
        """What people wrote in actuals and disputes, and nowhere else."""
        return f"W{self.mark}w"

    def _turn(self, week: date) -> dict[str, Any]:
        pk = self.weeks[week].pk
        return {"case_id": pk, "task_id": care.turn(pk).pk, "key": make.key()}

    def _record(self, week: date) -> None:
        """Two lines differ, each with a comment, and one is as planned; the last week is not submitted."""
        said = [("missed", "provider", D(8)), ("frustrated", "hospital", D(10))]
        number = (week - ANSWERED).days // 7 + 1  # of the stay in hospital
        filled = []
        for line, (box, cause, hours) in zip(self.lines[:2], said, strict=True):
            row, words = care.of_line(line, week), f"Week {number}. {self.words}"
            absent = (Absence(box, D(2), cause, None, words),)  # type: ignore[arg-type]
            filled.append(Filled(row.pk, row.version, (FilledRow(1, (hours,), absent, words),)))
        actuals.save(actor=self.actor, filled=filled, **self._turn(week))
        if week != RECORDED:
            actuals.submit(actor=self.actor, reviewed=True, **self._turn(week))

    def _disputed(self, week: date) -> Dispute:
        turn = self._turn(week)
        line = care.of_line(self.lines[0], week).pk
        outcome = disputes.raise_dispute(
            actor=self.tom, week_id=turn["case_id"], task_id=turn["task_id"], lines=[line],
            reason=f"Why, {self.words}?", key=turn["key"],
        )  # fmt: skip
        return Dispute.objects.get(pk=outcome.answer["dispute"])

    def _answer(self, dispute: Dispute) -> None:
        paper = staged(self.actor, f"{self.words}.pdf", PDF + self.words.encode())
        disputes.answer(
            actor=self.actor, case_id=dispute.pk, task_id=care.turn(dispute.pk).pk, text=f"Because, {self.words}.",
            file_ids=[paper.pk], key=make.key(),
        )  # fmt: skip

    def _imported(self) -> ImportRun:
        """A file that awaits Update System."""
        return imports.start(actor=self.actor, file_name=f"{self.words}.csv", content=self.file, kind="actuals")

    @property
    def file(self) -> bytes:
        """Its recorded week as a file, with other words."""
        text = write_csv(exporting.records(self.actor, RECORDED, RECORDED + timedelta(days=6)))
        return text.replace("Week 3.", "Week 3 too.").encode()

    @property
    def decisions(self) -> list[int]:
        """What its absences have set going at the council."""
        found = CareDecision.objects.filter(line__in=self.lines)
        return list(found.order_by("pk").values_list("pk", flat=True))

    @property
    def cases(self) -> list[int]:
        """Everything that anybody has or had to do."""
        return [*(each.pk for each in self.weeks.values()), *(each.pk for each in self.disputes), *self.decisions]

    @property
    def evidence(self) -> list[int]:
        """The files of its answers."""
        kept = files.of("dispute.evidence", [each.pk for each in self.disputes])
        return [each.pk for found in kept.values() for each in found]

    @property
    def rows(self) -> list[DisputedRow]:
        """Its disputed rows."""
        return list(DisputedRow.objects.filter(dispute__in=self.disputes).order_by("pk"))

    def line_week(self, number: int, week: date) -> int:
        """The id of a line's week."""
        return care.of_line(self.lines[number], week).pk

    @property
    def pages(self) -> list[str]:
        """The addresses in the portal that are its own, and show its marks."""
        found = [f"/portal/files/{each}/" for each in self.evidence]
        for week, case in self.weeks.items():
            here = f"/portal/actuals/{case.pk}/"
            found += [here, f"{here}?change=1", f"{here}?tab=differences"]
            found += [f"{here}lines/{self.line_week(each, week)}/" for each in (0, 1)]
        return found + [f"/portal/disputes/{each.pk}/" for each in self.disputes]


#: All weeks as a file (Actuals Bulk Export).
EXPORT = "/portal/actuals/export/?first_day=1&first_month=1&first_year=2020&last_day=31&last_month=12&last_year=2030"


@pytest.fixture
def providers() -> Iterator[tuple[Marked, Marked]]:
    with served("bradford"):
        level = care.level("community_support", group="supported_living", amount="20.00")
        tom = make.actor(make.staff_user(care.payments_team(), name="Tom Bullard"))
        found = Marked("ALPHAMARK", level, tom), Marked("BETAMARK", level, tom)
        carry_everything()
        Attachment.objects.update(state=Attachment.State.READY)
        assert all(each.decisions for each in found)
        yield found


def test_what_one_provider_reaches_the_other_does_not(providers: tuple[Marked, Marked]) -> None:
    """Every address of one is 404 for the other, and a colleague (the control) sees the marks there."""
    for one, other in (providers, providers[::-1]):
        stranger, owner = sign_in(one.person), sign_in(other.person)
        colleague = sign_in(make.provider_user(other.organisation, role="actuals"))
        for path in other.pages:
            told = answer(colleague, path)
            assert other.mark in told, path
            assert other.words in told or (path.startswith("/portal/actuals/") and "/lines/" not in path), path
            refused = stranger.get(path)
            assert refused.status_code == 404, path
            assert other.mark not in refused.content.decode(), path
        rows = [f"/portal/disputes/{each.dispute_id}/rows/{each.pk}/" for each in other.rows]
        runs = [f"/portal/actuals/import/{other.run.pk}/{each}" for each in ("", "errors.csv")]
        for path in rows + runs:
            assert owner.get(path).status_code in {200, 302}, path
            assert stranger.get(path).status_code == 404, path
        for case in other.weeks.values():  # under one's own week there is none of the other's lines either
            own = one.weeks[case.week].pk
            assert stranger.get(f"/portal/actuals/{own}/lines/{other.line_week(0, case.week)}/").status_code == 404
            sent = stranger.post(f"/portal/actuals/{case.pk}/answer/?line={other.line_week(0, case.week)}")
            assert (sent.status_code, other.mark in sent.content.decode()) == (404, False)


def test_no_page_file_or_filter_of_one_shows_a_mark_of_the_other(providers: tuple[Marked, Marked]) -> None:
    for one, other in (providers, providers[::-1]):
        browser = sign_in(one.person)
        crawl = Crawl(browser).follow("/portal/actuals/")
        assert one.words in crawl.text()
        for room in ("/portal/actuals/", "/portal/disputes/", "/portal/files/"):
            assert [path for path, page in crawl.places().items() if path.startswith(room) and one.words in page], room
        assert other.mark not in crawl.text()
        assert one.words in answer(browser, EXPORT)
        assert other.mark not in answer(browser, EXPORT)
        line = other.lines[0]
        for path in (
            f"/portal/actuals/?service={other.home.pk}", f"/portal/disputes/?client={line.client_id}",
            f"/portal/disputes/?client={line.client_id}&status=provider", "/portal/actuals/import/",
            "/portal/reports/commissioned-v-actuals/",
            f"/portal/care-package-line-items/{line.pk}/",
        ):  # fmt: skip
            assert other.mark not in answer(browser, path), path


def test_a_colleague_at_another_service_sees_nothing_of_this_one(providers: tuple[Marked, Marked]) -> None:
    one, _ = providers
    away = sign_in(make.provider_user(one.organisation, role="main_user", only=one.elsewhere, name="Away"))
    crawl = Crawl(away).follow("/portal/actuals/")
    assert len(crawl.pages) > 5
    assert one.words not in crawl.text()
    assert one.lines[0].client.surname not in crawl.text()
    for path in one.pages:
        refused = away.get(path)
        assert (refused.status_code, one.words in refused.content.decode()) == (404, False), path
    for path in ("/portal/actuals/", "/portal/disputes/", f"/portal/actuals/?service={one.home.pk}", EXPORT):
        assert one.words not in answer(away, path)
        assert one.home.name not in answer(away, path).partition("<main")[2]
    here = sign_in(make.provider_user(one.organisation, role="actuals", only=one.home, name="Here"))
    assert all(one.mark in answer(here, path) for path in one.pages)


COUNCIL_PAGES = ("", "story/", "clocks/", "note/", "hand-over/")


def council_pages(of: Marked) -> list[str]:
    """The addresses of the council that are about its weeks, disputes and decisions."""
    found = ["/actuals/", "/actuals/?show=late", "/actuals/not-charged/", "/actuals/decisions/", "/disputes/",
             "/disputes/all/", f"/disputes/decide/?provider={of.organisation.pk}&causes=provider"]  # fmt: skip
    found += [f"/cases/{case}/{page}" for case in of.cases for page in COUNCIL_PAGES]
    for week, case in of.weeks.items():
        found += [f"/cases/{case.pk}/{page}/" for page in ("accept", "query", "check")]
        found += [f"/cases/{case.pk}/lines/{of.line_week(0, week)}/", f"/disputes/raise/{case.pk}/"]
    found += [f"/cases/{each.pk}/{page}/" for each in of.disputes for page in ("decide", "take")]
    found += [f"/cases/{each}/{page}/" for each in of.decisions for page in ("extend", "stop", "noted")]
    return found + [f"/files/{each}/" for each in of.evidence]


def test_a_team_that_does_not_read_them_sees_nothing(providers: tuple[Marked, Marked]) -> None:
    """Bradford's contracts team reads documents and actions, and who sets up users reads change requests."""
    one, other = providers
    pages = council_pages(one)
    for team in ("contracts", "provider_portal"):
        officer = sign_in(make.staff_user(team))
        for path in pages:
            refused = officer.get(path)
            assert refused.status_code in {403, 404}, path
            assert one.mark not in refused.content.decode().partition("<main")[2], path
        crawl = Crawl(officer).follow("/")
        assert len(crawl.pages) > 5
        assert one.words not in crawl.text() and other.words not in crawl.text()
        for line in one.lines:  # the register is everybody's; what is written in a week is not
            for path in (f"/lines/{line.pk}/", f"/clients/{line.client_id}/"):
                assert one.words not in answer(officer, path), path
    payments = sign_in(make.staff_user("fss_payments"))
    shown = {path: answer(payments, path) for path in pages}
    assert len([page for page in shown.values() if one.mark in page]) > 20  # the control
    assert [page for page in shown.values() if one.words in page]
    about = {path: page for path, page in shown.items() if path.startswith(("/cases/", "/files/"))}
    assert [path for path, page in about.items() if other.mark in page] == []


# --- who may not act changes no row -------------------------------------------------------------------------------

INPUT = re.compile(r"<(?:input|textarea|button)\b[^>]*>")
SELECT = re.compile(r'<select[^>]* name="([^"]+)".*?</select>', re.S)
#: What is kept of asking and of looking, which is no change of a record: who looked, and sessions.
LOOKING = frozenset({"engine.access"})


def form(browser: Client, path: str, **changes: Any) -> dict[str, Any]:
    """All that a page's forms would send, untouched, with these changes."""
    body = browser.get(path).content.decode().partition("<main")[2]
    found: dict[str, Any] = {}
    for tag in INPUT.findall(body):
        name, value = (_attribute(tag, each) for each in ("name", "value"))
        chosen = not re.search(r'type="(?:checkbox|radio|submit|file)"', tag) or " checked" in tag
        if name and chosen and not tag.startswith("<button"):
            found[name] = value
    for each in SELECT.finditer(body):
        option = re.search(r'<option value="([^"]*)" selected', each[0])
        found[each[1]] = unescape(option[1]) if option else ""
    return found | changes


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the product's own tables."""
    own = [each for each in apps.get_models() if each.__module__.startswith("workflows.")]
    return {each._meta.label_lower: _rows(each) for each in own if each._meta.label_lower not in LOOKING}


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    found = model._default_manager.order_by("pk").values_list()
    return [tuple(bytes(part) if isinstance(part, memoryview) else part for part in row) for row in found]


class _Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside leaves nothing behind."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


@dataclass(frozen=True)
class Post:
    """A form as whoever may send it would: its address, its body, and whether sending it writes."""

    path: str
    body: dict[str, Any]
    writes: bool = True

    def send(self, browser: Client) -> Any:
        """Send it, with a key of its own and a file that is not read yet."""
        again = {"file": upload("actuals.csv", self.body["file"])} if "file" in self.body else {}
        return browser.post(self.path, self.body | again)


def portal_posts(of: Marked, browser: Client) -> list[Post]:
    """Every verb of a provider's people, ready to be sent."""
    recorded, checked = (f"/portal/actuals/{of.weeks[each].pk}/" for each in (RECORDED, CHECKED))
    line = f"{recorded}lines/{of.line_week(0, RECORDED)}/"
    box, comment = f"l{of.line_week(0, RECORDED)}-1-actual-0", {"text": "Nothing."}
    changed = f"l{of.line_week(1, CHECKED)}-1-frustrated-0"
    raised = f"/portal/disputes/{of.disputes[1].pk}/"
    row, amended = f"{raised}rows/{of.rows[-1].pk}/", f"l{of.rows[-1].line_week_id}-1"
    assert box in form(browser, recorded) and changed in form(browser, f"{checked}?change=1")
    importing = f"/portal/actuals/import/{of.run.pk}/"
    return [
        Post(recorded, form(browser, recorded, do="generate")),
        Post(recorded, form(browser, recorded, do="save", **{box: "7.75"})),
        Post(recorded, form(browser, recorded, do="submit", reviewed="on", seen="2")),
        Post(line, form(browser, line, do="save", **{box: "7.75"})),
        Post(f"{checked}?change=1", form(browser, f"{checked}?change=1", do="save", **{changed: "1.50"})),
        Post(f"{recorded}answer/", form(browser, recorded, **{box: "7.75"}), writes=False),
        Post("/portal/actuals/import/", form(browser, "/portal/actuals/import/", file=of.file)),
        Post(f"{importing}update/", {}),
        Post(f"{importing}cancel/", {}),
        Post(raised, form(browser, raised, **comment)),
        Post(row, form(browser, row, **{f"{amended}-actual-0": "9", f"{amended}-missed-0": "1"})),
    ]


def council_posts(of: Marked, payments: Client, options: Client) -> list[Post]:
    """Every verb of the council's teams, ready to be sent."""
    checked, late = f"/cases/{of.weeks[CHECKED].pk}/", f"/cases/{of.weeks[RECORDED].pk}/"
    answered = f"/cases/{of.disputes[0].pk}/"
    one, raising = of.rows[0], f"/disputes/raise/{of.weeks[CHECKED].pk}/"
    group = {"provider": str(of.organisation.pk), "causes": ",".join(one.causes)}
    choosing = f"/disputes/decide/?provider={group['provider']}&causes={group['causes']}"
    many = form(payments, choosing) | group | {"rows": [str(one.pk)], "way": "pay_as_planned", "reason": "So it is."}
    weeks = {"week": [str(of.weeks[CHECKED].pk)]}
    previewed = payments.post("/actuals/check/", weeks).content.decode()
    accepting = {
        tag: _attribute(each, "value") for each in INPUT.findall(previewed) if (tag := _attribute(each, "name"))
    }
    ticked = {"line": [str(of.line_week(1, CHECKED))]}
    shown = payments.post(f"{checked}accept/", ticked).content.decode().partition("<main")[2]
    accepted = {tag: _attribute(each, "value") for each in INPUT.findall(shown) if (tag := _attribute(each, "name"))}
    posts = [
        Post(f"{checked}accept/", accepted),
        Post(f"{checked}query/", form(payments, f"{checked}query/", text="Look again.")),
        Post(f"{late}check/", {"task": care.turn(of.weeks[RECORDED].pk).pk, "client_key": make.key()}, writes=False),
        Post("/actuals/check/", weeks, writes=False),
        Post("/actuals/accept/", accepting),
        Post(raising, form(payments, raising, lines=[str(of.line_week(1, CHECKED))], reason="Why?")),
        Post(f"{answered}decide/", form(payments, answered) | {f"way-{one.pk}": "pay_as_planned",
                                                              f"reason-{one.pk}": "So it is."}),
        Post(f"/cases/{of.disputes[1].pk}/take/", {"task": care.turn(of.disputes[1].pk).pk,
                                                  "client_key": make.key()}, writes=False),
        Post("/disputes/decide/", many | {"start": "1"}),
    ]  # fmt: skip
    return posts + [each for decision in CareDecision.objects.filter(line__in=of.lines).order_by("pk")
                    for each in _decided(decision, options)]  # fmt: skip


def _decided(decision: CareDecision, options: Client) -> list[Post]:
    """What its team does with it: to decide whether to pay for longer is no note, and the other way round."""
    here = f"/cases/{decision.pk}"
    wrong, verbs = ("noted", ("extend", "stop")) if decision.raised == "funding_decision" else ("extend", ("noted",))
    assert options.get(f"{here}/{wrong}/").status_code == 404
    until = {"until_day": "20", "until_month": "4", "until_year": "2025"}
    said = {"extend": until, "stop": {}, "noted": {}}
    return [Post(f"{here}/{verb}/", form(options, f"{here}/{verb}/", text="So it is.", **said[verb])) for verb in verbs]


def changes_nothing(posts: list[Post], browsers: dict[str, Client]) -> None:
    """None of these people changes a row by any of these forms, or is told what they may not know."""
    before = snapshot()
    for name, browser in browsers.items():
        for post in posts:
            sent = post.send(browser)
            assert sent.status_code in {302, 403, 404}, (name, post.path, sent.status_code)
            if sent.status_code == 302:  # only to where one signs in, or to say that there is nothing to do
                assert urlsplit(sent["Location"]).path != post.path.partition("?")[0], (name, post.path)
        after = snapshot()
        assert [table for table in before if before[table] != after[table]] == [], name


def each_has_its_effect(posts: list[Post], who: Callable[[Post], Client]) -> None:
    """The control: by whoever may, each of these forms changes rows."""
    before = snapshot()
    for post in posts:
        with undone():
            sent = post.send(who(post))
            assert sent.status_code in {200, 302} or not post.writes, (post.path, sent.status_code)
            after = snapshot()
            assert (before != after) is post.writes, post.path


def test_who_may_not_act_for_a_provider_changes_nothing(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    owner = sign_in(one.person)
    posts = portal_posts(one, owner)
    people = {
        "the other provider": other.person,
        "another service": make.provider_user(one.organisation, role="main_user", only=one.elsewhere),
        "read only": make.provider_user(one.organisation, role="read_only"),
        "payments": make.staff_user("fss_payments"),
    }
    browsers = {name: sign_in(each) for name, each in people.items()} | {"nobody": Client()}
    own = [post for post in posts if post.path != "/portal/actuals/import/"]  # of their own they may import
    changes_nothing(own, {name: browsers[name] for name in ("the other provider", "another service")})
    changes_nothing(posts, {name: browsers[name] for name in ("read only", "payments", "nobody")})
    each_has_its_effect(posts, lambda _: owner)


def test_a_file_of_anothers_week_changes_nothing_of_it(providers: tuple[Marked, Marked]) -> None:
    """One's file in the other's hands: every record of it is refused, and its answer shows no mark."""
    one, other = providers
    weeks = {name: rows for name, rows in snapshot().items() if name.startswith(("actuals.", "disputes."))}
    for name, who in (
        ("other", other.person),
        ("away", make.provider_user(one.organisation, role="main_user", only=one.elsewhere)),
    ):
        run = imports.start(actor=make.actor(who), file_name="theirs.csv", content=one.file, kind="actuals")
        run.refresh_from_db()
        assert (run.total, run.rejected) == (3, 3), name
        assert not [row.message for row in run.rows.all() if one.mark in row.message], name
        after = snapshot()
        assert {each: after[each] for each in weeks} == weeks


def test_who_may_not_act_for_the_council_changes_nothing(providers: tuple[Marked, Marked]) -> None:
    one, _ = providers
    payments, options = sign_in(make.staff_user("fss_payments")), sign_in(make.staff_user("support_options"))
    posts = council_posts(one, payments, options)
    caring = [post for post in posts if post.path.endswith(("/noted/", "/extend/", "/stop/"))]
    paying = [post for post in posts if post not in caring]
    people = {
        "contracts": make.staff_user("contracts"),
        "users": make.staff_user("provider_portal"),
        "administrator": make.staff_user("", duty="administrator"),
        "the provider": one.person,
    }
    changes_nothing(posts, {name: sign_in(each) for name, each in people.items()} | {"nobody": Client()})
    auditor = sign_in(make.staff_user("", duty="auditor"))
    changes_nothing(paying, {"support options": options, "auditor": auditor})
    changes_nothing(caring, {"payments": payments, "auditor": auditor})
    each_has_its_effect(paying, lambda _: payments)
    each_has_its_effect(caring, lambda _: options)


def test_a_reference_finds_what_is_ones_own(providers: tuple[Marked, Marked]) -> None:
    """One's references lead a colleague to its weeks and disputes, nobody of another provider or service anywhere, and
    only the council to what an absence has set going."""
    one, other = providers
    cases = {each.pk: each for each in Case.objects.filter(pk__in=one.cases)}
    seen = {pk for pk in cases if pk not in one.decisions}
    colleague = sign_in(make.provider_user(one.organisation, role="actuals"))
    strangers = (
        sign_in(other.person),
        sign_in(make.provider_user(one.organisation, role="main_user", only=one.elsewhere)),
    )
    options = sign_in(make.staff_user("support_options"))
    contracts = sign_in(make.staff_user("contracts"))
    for pk, case in cases.items():
        assert _finds(colleague, "/portal/search/", case.reference) is (pk in seen), case.reference
        assert not any(_finds(each, "/portal/search/", case.reference) for each in strangers), case.reference
        assert _finds(options, "/search/", case.reference), case.reference
        assert not _finds(contracts, "/search/", case.reference), case.reference


def _finds(browser: Client, path: str, reference: str) -> bool:
    """Whether a search for a reference shows it anywhere but in the box, or leads to its page at once."""
    page = browser.post(path, {"sought": reference}, follow=True)
    assert page.status_code == 200
    said = re.sub(r"<input[^>]*>|<title>.*?</title>", "", page.content.decode()).partition("<main")[2]
    return bool(re.search(rf'<a [^>]*href="/(?:cases|portal)/[^"]*"[^>]*>[^<]*{reference}', said)) or (
        bool(page.redirect_chain) and "/search/" not in page.redirect_chain[-1][0]
    )
