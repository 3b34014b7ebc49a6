"""The register's verbs on a real database: what they write, what they refuse, and what the database itself refuses."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests import factories as make
from workflows.engine import events
from workflows.engine.erase import erase_client
from workflows.engine.errors import Forbidden, NotFound, Refused, Stale
from workflows.engine.models import Access, Content, Event, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.parties.selectors import system_actor
from workflows.register import catalogue, commands, selectors
from workflows.register.models import (
    CarePackageLine,
    Contribution,
    ImportRow,
    ImportRun,
    LineSuspension,
    Rate,
)

pytestmark = pytest.mark.django_db
TODAY = date(2019, 5, 1)


@pytest.fixture
def priya() -> Actor:
    """Somebody of the Service Brokerage Team."""
    return make.actor(make.staff_user("service_brokerage", name="Priya Raman"))


@pytest.fixture
def line() -> CarePackageLine:
    """A line at £536.49 a week from 9 April 2018 on."""
    return make.line()


def terms(line: CarePackageLine, on: date = TODAY) -> str:
    return selectors.line_terms(line.pk, on).pricing


def last(line: CarePackageLine) -> Event:
    return selectors.line_story(line.pk).latest("seq")


def test_a_refusal_leaves_its_note_and_nothing_else(line: CarePackageLine) -> None:
    anita = make.actor(make.staff_user("procurement", name="Anita Dell"))
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        commands.change_line(actor=anita, line_id=line.pk, version=1, quantity=Decimal(2))
    note = Access.objects.get(what__startswith="refused:")
    assert (note.user_id, note.what, note.object_id) == (anita.user_id, "refused:change_line:forbidden", line.pk)
    assert Event.objects.count() == before


def test_it_adds_a_line_and_tells_it_once(line: CarePackageLine) -> None:
    found = selectors.line_terms(line.pk, TODAY)
    assert (found.pricing, found.cost) == ("1 x Placement at £536.49 (Spot)", "£536.49 Weekly")
    assert found.yearly_cost == Decimal("27897.48")
    event = Event.objects.get(stream=f"line:{line.pk}")
    assert event.kind == "line.started"
    row = Outbox.objects.get(topic="line.changed", key=f"line:{line.pk}:1")
    assert row.payload == {"line": line.pk, "event": event.pk, "seq": 1, "what": "started", "publish": False}


def test_no_reference_of_a_client_stands_in_an_events_body(priya: Actor, line: CarePackageLine) -> None:
    client = catalogue.add_client(actor=priya, ss_ref="2750571", surname="Kent", forename="Karl")
    bodies = " ".join(Event.objects.values_list("body", flat=True))
    assert not [text for text in (line.reference, "2750571", "Kent") if text in bodies]
    said = Content.objects.filter(stream=f"client:{client.pk}").values_list("label", "text")
    assert dict(said) == {"ss_ref": "2750571", "name": "Kent, Karl"}


def test_it_changes_only_what_is_given_and_says_what_differed(priya: Actor, line: CarePackageLine) -> None:
    commands.change_line(
        actor=priya, line_id=line.pk, version=1, quantity=Decimal("1.5"), reason="Two half placements and one."
    )
    line.refresh_from_db()
    assert (line.quantity, line.version, line.start) == (Decimal("1.50"), 2, date(2018, 4, 9))
    assert events.facts_of(last(line))["changes"] == {"quantity": ["1.00", "1.5"]}
    assert Content.objects.get(stream=f"line:{line.pk}", label="reason").text == "Two half placements and one."


def test_a_stale_form_is_refused_and_told_who_was_faster(priya: Actor, line: CarePackageLine) -> None:
    commands.change_line(actor=priya, line_id=line.pk, version=1, quantity=Decimal(2))
    with pytest.raises(Stale) as faster:
        commands.end_line(actor=priya, line_id=line.pk, version=1, end=TODAY, reason="Moved out")
    assert (faster.value.who, faster.value.what) == ("Priya Raman", "changed the line")
    assert faster.value.when == last(line).at
    line.refresh_from_db()
    assert line.end is None


def test_a_change_that_changes_nothing_is_refused(priya: Actor, line: CarePackageLine) -> None:
    with pytest.raises(Refused, match="Nothing is different"):
        commands.change_line(actor=priya, line_id=line.pk, version=1, quantity=Decimal("1.00"))
    assert Event.objects.filter(stream=f"line:{line.pk}").count() == 1


def test_an_end_date_is_told_as_ended_also_when_it_comes_with_other_changes(
    priya: Actor, line: CarePackageLine
) -> None:
    commands.end_line(actor=priya, line_id=line.pk, version=1, end=date(2019, 6, 2), reason="Moved out")
    commands.change_line(actor=priya, line_id=line.pk, version=2, end=date(2019, 6, 9), quantity=Decimal(2))
    commands.change_line(actor=priya, line_id=line.pk, version=3, end=None)
    rows = Outbox.objects.filter(topic="line.changed", key__startswith=f"line:{line.pk}:").order_by("id")
    assert [row.payload["what"] for row in rows] == ["started", "ended", "ended", "varied"]


@pytest.mark.parametrize(
    ("reason", "words"), [("", "Enter the reason"), ("  ", "Enter the reason"), ("x" * 10_000, "10,000")]
)
def test_a_missing_or_endless_reason_is_refused(priya: Actor, line: CarePackageLine, reason: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        commands.end_line(actor=priya, line_id=line.pk, version=1, end=TODAY, reason=reason)
    line.refresh_from_db()
    assert (line.end, line.version) == (None, 1)


def test_a_price_of_its_own_holds_from_its_day_until_the_levels_rate_is_given_back(
    priya: Actor, line: CarePackageLine
) -> None:
    at = date(2019, 1, 7)
    commands.change_line(actor=priya, line_id=line.pk, version=1, unit_cost=Decimal("600"), price_from=at)
    assert terms(line, date(2019, 1, 6)) == "1 x Placement at £536.49 (Spot)"
    assert terms(line, at) == "1 x Placement at £600.00 (Spot)"
    commands.change_line(actor=priya, line_id=line.pk, version=2, unit_cost=None, price_from=date(2019, 3, 1))
    assert terms(line) == "1 x Placement at £536.49 (Spot)"
    with pytest.raises(Refused, match="day of the line"):
        commands.change_line(actor=priya, line_id=line.pk, version=3, unit_cost=Decimal(1), price_from=date(2018, 4, 8))


def test_a_line_without_a_price_is_refused(priya: Actor, line: CarePackageLine) -> None:
    with pytest.raises(Refused, match="no rate for this service level on 01/01/2018"):
        commands.change_line(actor=priya, line_id=line.pk, version=1, start=date(2018, 1, 1))
    line.refresh_from_db()
    assert line.start == date(2018, 4, 9)


def test_the_narrowest_rate_wins(line: CarePackageLine) -> None:
    system, organisation = system_actor(), line.service.organisation_id
    set_rate = {"actor": system, "service_level_id": line.service_level_id, "start": date(2018, 4, 2)}
    catalogue.set_rate(**set_rate, amount=Decimal("540"), organisation_id=organisation)
    assert terms(line) == "1 x Placement at £540.00 (Spot)"
    catalogue.set_rate(**set_rate, amount=Decimal("550"), contract_id=line.contract_id)
    assert terms(line) == "1 x Placement at £550.00 (Spot)"
    other = make.line(service_level=line.service_level)
    assert terms(other) == "1 x Placement at £536.49 (Spot)"


def test_a_line_is_suspended_and_resumed(priya: Actor, line: CarePackageLine) -> None:
    commands.suspend_line(actor=priya, line_id=line.pk, version=1, start=date(2019, 4, 20), reason="In hospital")
    assert selectors.line_terms(line.pk, TODAY).suspended
    assert not selectors.line_terms(line.pk, date(2019, 4, 19)).suspended
    with pytest.raises(Refused, match="suspended on some of these days"):
        commands.suspend_line(actor=priya, line_id=line.pk, version=2, start=TODAY, reason="Again")
    commands.resume_line(actor=priya, line_id=line.pk, version=2, start=date(2019, 4, 30))
    assert not selectors.line_terms(line.pk, TODAY).suspended
    assert selectors.line_terms(line.pk, date(2019, 4, 29)).suspended
    with pytest.raises(Refused, match="not suspended"):
        commands.resume_line(actor=priya, line_id=line.pk, version=3, start=TODAY)


def test_a_suspension_that_is_resumed_the_same_day_never_was(priya: Actor, line: CarePackageLine) -> None:
    commands.suspend_line(actor=priya, line_id=line.pk, version=1, start=TODAY, reason="By mistake")
    commands.resume_line(actor=priya, line_id=line.pk, version=2, start=TODAY)
    assert not LineSuspension.objects.exists()


def test_a_contribution_ends_the_one_before_it(priya: Actor, line: CarePackageLine) -> None:
    for version, (amount, start) in enumerate([("39.88", date(2018, 4, 9)), ("45", date(2019, 4, 8))], start=1):
        commands.set_contribution(actor=priya, line_id=line.pk, version=version, amount=Decimal(amount), start=start)
    spans = line.contributions.order_by("start").values_list("start", "end", "amount")
    assert list(spans) == [
        (date(2018, 4, 9), date(2019, 4, 7), Decimal("39.88")),
        (date(2019, 4, 8), None, Decimal("45.00")),
    ]
    with pytest.raises(Refused, match="already one from 08/04/2019"):
        commands.set_contribution(
            actor=priya, line_id=line.pk, version=3, amount=Decimal(1), start=TODAY.replace(month=1)
        )


def test_an_uplift_does_what_its_preview_said(priya: Actor, line: CarePackageLine) -> None:
    level = line.service_level
    double = make.line(service_level=level)
    commands.change_line(actor=priya, line_id=double.pk, version=1, quantity=Decimal("1.5"))
    own = make.line(service_level=level)
    commands.change_line(actor=priya, line_id=own.pk, version=1, unit_cost=Decimal("700"))
    ended = make.line(service_level=level)
    commands.end_line(actor=priya, line_id=ended.pk, version=1, end=date(2019, 3, 31), reason="Moved out")
    start, amount = date(2019, 4, 1), Decimal("550.00")

    preview = selectors.uplift_preview(level.pk, start, amount)
    assert (preview.lines, preview.lines_with_own_price, preview.old_amount) == (2, 1, Decimal("536.49"))
    assert preview.before == 52 * (Decimal("536.49") + Decimal("804.74"))  # 1.5 x 536.49 = 804.735, half a penny up
    assert preview.after == 52 * (Decimal("550.00") + Decimal("825.00"))
    assert preview.difference == preview.after - preview.before

    assert catalogue.uplift(actor=priya, service_level_id=level.pk, start=start, amount=amount) == preview
    pricing = [terms(each, start) for each in (line, double, own, ended)]
    assert pricing == [
        "1 x Placement at £550.00 (Spot)",
        "1.5 x Placement at £550.00 (Spot)",
        "1 x Placement at £700.00 (Spot)",
        "1 x Placement at £536.49 (Spot)",
    ]
    assert terms(line, date(2019, 3, 31)) == "1 x Placement at £536.49 (Spot)"
    with pytest.raises(Refused, match="the rate already"):
        catalogue.uplift(actor=priya, service_level_id=level.pk, start=date(2019, 5, 1), amount=amount)


def test_terms_of_many_lines_cost_one_query(django_assert_num_queries: Callable[[int], object]) -> None:
    level = make.level()
    ids = [make.line(service_level=level).pk for _ in range(5)]
    with django_assert_num_queries(1):
        found = selectors.lines_terms(ids, TODAY)
    assert sorted(found) == ids
    Rate.objects.filter(service_level=level).delete()
    assert selectors.lines_terms(ids, TODAY) == {}
    with pytest.raises(Refused, match="There is no rate"):
        selectors.line_terms(ids[0], TODAY)
    with pytest.raises(NotFound):
        selectors.line_terms(0, TODAY)


def test_a_provider_sees_its_own_lines_and_only_those_of_its_services() -> None:
    here, there = make.line(), make.line()
    second = make.line(make.service(here.service.organisation))
    whole = make.actor(make.provider_user(here.service.organisation))
    one_home = make.actor(make.provider_user(here.service.organisation, only=second.service))
    no_lines = make.actor(make.provider_user(here.service.organisation, role="invoice_only"))
    staff = make.actor(make.staff_user())
    assert {each.pk for each in selectors.lines(whole, historical=True)} == {here.pk, second.pk}
    assert {each.pk for each in selectors.lines(one_home, historical=True)} == {second.pk}
    assert not selectors.lines(no_lines, historical=True)
    assert {each.pk for each in selectors.lines(staff)} == {here.pk, there.pk, second.pk}
    with pytest.raises(NotFound):
        selectors.line(whole, there.pk)


def test_ended_lines_are_historical(priya: Actor, line: CarePackageLine) -> None:
    commands.end_line(actor=priya, line_id=line.pk, version=1, end=date(2019, 4, 30), reason="Moved out")
    assert not selectors.lines(priya, on=TODAY)
    assert selectors.lines(priya, on=date(2019, 4, 30)).get() == line
    assert selectors.lines(priya, on=TODAY, historical=True).get() == line


@pytest.mark.parametrize("who", ["payments", "provider", "auditor"])
def test_only_brokerage_changes_lines(line: CarePackageLine, who: str) -> None:
    people = {
        "payments": lambda: make.staff_user("payments_residential"),
        "provider": lambda: make.provider_user(line.service.organisation),
        "auditor": lambda: make.staff_user("", duty="auditor"),
    }
    actor, written = make.actor(people[who]()), Event.objects.count()
    with pytest.raises(Forbidden, match="Service Brokerage Team"):
        commands.end_line(actor=actor, line_id=line.pk, version=1, end=TODAY, reason="Because")
    with pytest.raises(Forbidden):
        catalogue.add_client(actor=actor, ss_ref="1", surname="Kent", forename="Karl")
    with pytest.raises(Forbidden):
        catalogue.set_rate(actor=actor, service_level_id=line.service_level_id, amount=Decimal(1), start=TODAY)
    assert Event.objects.count() == written


def test_contract_and_service_must_be_of_one_organisation(line: CarePackageLine) -> None:
    other = make.contract(make.organisation())
    facts = {
        "actor": system_actor(),
        "client_id": line.client_id,
        "service_id": line.service_id,
        "service_level_id": line.service_level_id,
        "quantity": Decimal(1),
        "start": date(2018, 4, 9),
    }
    with pytest.raises(Refused, match="two different organisations"):
        commands.add_line(**facts, reference="AP1", contract_id=other.pk)
    with pytest.raises(Refused, match=f"already a line with the CarePackageRef {line.reference}"):
        commands.add_line(**facts, reference=line.reference, contract_id=line.contract_id)
    with pytest.raises(IntegrityError, match="two organisations"), transaction.atomic():
        CarePackageLine.objects.filter(pk=line.pk).update(contract=other)


def test_a_level_of_another_sector_is_refused(priya: Actor, line: CarePackageLine) -> None:
    nursing = make.level("nursing")
    with pytest.raises(Refused, match="not a service level for"):
        commands.change_line(actor=priya, line_id=line.pk, version=1, service_level_id=nursing.pk)


BROKEN: dict[str, Callable[[CarePackageLine], object]] = {
    "line_ends_after_start": lambda line: CarePackageLine.objects.filter(pk=line.pk).update(end=date(2018, 1, 1)),
    "line_quantity_positive": lambda line: CarePackageLine.objects.filter(pk=line.pk).update(quantity=0),
    "line_temporary_has_review": lambda line: CarePackageLine.objects.filter(pk=line.pk).update(temporary=True),
    "share a day": lambda line: Rate.objects.create(
        service_level=line.service_level, start=date(2019, 4, 1), amount=Decimal(1)
    ),
    "rate_for_one_scope": lambda line: Rate.objects.create(
        service_level=line.service_level,
        organisation=line.contract.organisation,
        contract=line.contract,
        start=TODAY,
        amount=Decimal(1),
    ),
    "two suspensions": lambda line: [
        LineSuspension.objects.create(line=line, start=day) for day in (date(2019, 1, 1), date(2019, 2, 1))
    ],
    "two contributions": lambda line: [
        Contribution.objects.create(line=line, start=day, amount=Decimal(1))
        for day in (date(2019, 1, 1), date(2019, 2, 1))
    ],
    "contribution_not_negative": lambda line: Contribution.objects.create(line=line, start=TODAY, amount=Decimal(-1)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_itself_refuses(line: CarePackageLine, name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name](line)


def test_clients_contracts_and_levels_are_kept_once(priya: Actor, line: CarePackageLine) -> None:
    client = catalogue.add_client(actor=priya, ss_ref=" 2750571 ", surname="Kent", forename="Karl")
    with pytest.raises(Refused, match="already a client with the SSRef 2750571"):
        catalogue.add_client(actor=priya, ss_ref="2750571", surname="Clark", forename="Kent")
    catalogue.change_client(actor=priya, client_id=client.pk, surname="Kent-Lane", forename="Karl")
    assert str(Client.objects.get(pk=client.pk)) == "Kent-Lane, Karl"
    contract = catalogue.change_contract(
        actor=priya, contract_id=line.contract_id, title="Nursing care", text="The terms."
    )
    assert (contract.title, contract.text) == ("Nursing care", "The terms.")
    level = line.service_level
    with pytest.raises(Refused, match="already a service level"):
        catalogue.add_service_level(
            actor=priya, key=level.key, name="Other", service_group="residential", unit="Hour", contract_type="Spot"
        )
    with pytest.raises(Refused, match="no service group day_care"):
        catalogue.add_service_level(
            actor=priya, key="x", name="X", service_group="day_care", unit="Hour", contract_type="Spot"
        )


def test_erasing_a_client_takes_their_references_off_lines_and_imported_rows(line: CarePackageLine) -> None:
    client, reference = line.client, line.reference
    system = system_actor()
    run = ImportRun.objects.create(kind="clients", file_name="c.csv", sha256="0" * 64, actor_id=system.user_id)
    raw = f"{client.ss_ref},{client.surname},{client.forename}"
    mine = ImportRow.objects.create(run=run, number=2, raw=raw, data={"ss_ref": client.ss_ref})
    other = ImportRow.objects.create(run=run, number=3, raw=f"1{client.ss_ref},Nunn,Nellie")
    erase_client(client.pk, make.actor(make.staff_user("", duty="administrator")))
    line.refresh_from_db()
    mine.refresh_from_db()
    other.refresh_from_db()
    assert line.reference == f"erased-{line.pk}"
    assert (mine.raw, mine.data) == ("", {})
    assert other.raw.endswith("Nunn,Nellie")
    assert not Content.objects.filter(text__contains=reference).exists()
