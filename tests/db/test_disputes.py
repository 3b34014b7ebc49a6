"""Disputes: what each verb writes, whose turn follows, what is payable meanwhile and afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from tests import care
from tests import disputes as make_disputes
from tests import factories as make
from tests.councils import another_council, served, usual_council
from tests.disputes import Home, amend, answer, decide, rows
from tests.files import staged
from workflows.actuals import commands as actuals
from workflows.actuals.entry import read
from workflows.actuals.models import LineWeekVersion, Standing
from workflows.council.profile import current
from workflows.disputes import commands, demo
from workflows.disputes.models import Dispute, DisputedRow
from workflows.disputes.reactions import raise_by_rule
from workflows.disputes.rules import ASK_AGAIN, Awaits, Choice, Decision
from workflows.engine import files, moment
from workflows.engine.erase import erase_client
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.models import Case, Content, Event, Outbox
from workflows.engine.replaying import check
from workflows.engine.verify import verify
from workflows.search.selectors import results

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def home(bedford: None) -> Home:
    return Home(("8", "10", "6"))


def case(dispute: Dispute) -> Case:
    return Case.objects.select_related("holder_team").get(pk=dispute.pk)


def choose(row: DisputedRow, way: str, reason: str = "") -> Choice:
    return Choice(row.pk, way, reason)


def test_what_differs_is_disputed_and_the_rest_is_payable_at_once(home: Home) -> None:
    """bedford-actuals-guide "Disputes": "If submitted Actual service delivery differs from the planned, the Finance
    Team will dispute the received Actuals"."""
    dispute = home.disputed(0, 2)
    assert [each.standing for each in (home.of(0), home.of(1), home.of(2))] == ["disputed", "submitted", "disputed"]
    task = care.turn(home.week.pk)
    actuals.accept(actor=home.tom, case_id=home.week.pk, task_id=task.pk, key=make.key())
    assert home.of(1).standing == Standing.PAYABLE
    assert Case.objects.get(pk=home.week.pk).state == "checked"
    assert (case(dispute).state, case(dispute).holder) == ("raised", "provider")
    assert case(dispute).amount == D("120.00")  # two hours of the one, four of the other
    first = rows(dispute)[0]
    assert (first.planned, first.claimed) == (D(10), D(8))
    assert (first.planned_cost, first.claimed_cost) == (D(200), D(160))
    assert (first.payable_cost, first.at_stake) == (D(160), D(40))
    assert care.turn(dispute.pk).due_at is not None


def test_its_reference_reason_and_notice(home: Home) -> None:
    dispute = home.disputed()
    assert case(dispute).reference.startswith("DSP-")
    assert dispute.reason is not None and dispute.reason.text == make_disputes.WHY
    told = Outbox.objects.filter(topic="notify", payload__kind="dispute.raised").get().payload
    assert told["audience"]["organisation"] == home.organisation.pk
    assert make_disputes.WHY not in str(told)


def test_what_does_not_differ_is_not_disputed(home: Home) -> None:
    with pytest.raises(Refused, match="does not differ"):
        home.disputed(1)
    assert home.of(1).standing == Standing.SUBMITTED
    assert not Dispute.objects.exists()


def test_nothing_is_disputed_twice(home: Home) -> None:
    home.disputed(0)
    with pytest.raises(Refused, match="Only what was submitted"):
        home.disputed(0)
    other = Home()
    with pytest.raises(NotFound):
        make_disputes.raised(home, [home.of(2).pk], other.nina)


def test_the_provider_does_not_raise_one_and_needs_a_reason(home: Home) -> None:
    with pytest.raises(Forbidden):
        home.disputed(0, by=home.nina)
    with pytest.raises(Invalid):
        commands.raise_dispute(
            actor=home.tom, week_id=home.week.pk, task_id=care.turn(home.week.pk).pk, lines=[home.of().pk],
            reason=" ", key=make.key(),
        )  # fmt: skip


def test_the_same_form_twice_is_one_dispute(home: Home) -> None:
    key = make.key()
    first = make_disputes.raised(home, [home.of().pk], home.tom, key)
    again = make_disputes.raised(home, [home.of().pk], home.tom, key)
    assert again.repeated and again.answer["dispute"] == first.answer["dispute"]
    assert Dispute.objects.count() == 1


def test_disputed_actuals_are_changed_in_the_dispute_only(home: Home) -> None:
    home.disputed(0)
    with pytest.raises(Refused, match="change it in the dispute"):
        actuals.change(
            actor=home.nina, case_id=home.week.pk, task_id=care.turn(home.week.pk).pk,
            filled=[make_disputes.filled(home.lines[0], make_disputes.week_of("9"))], key=make.key(),
        )  # fmt: skip


def test_update_request_resolution(home: Home) -> None:
    dispute = home.disputed(0, 2)
    answer(home.nina, dispute)
    assert (case(dispute).state, case(dispute).holder_team.key) == ("answered", "finance")  # type: ignore[union-attr]
    assert {each.awaits for each in rows(dispute)} == {Awaits.COUNCIL}
    assert Content.objects.filter(stream=f"case:{dispute.pk}", label="response").count() == 1


def test_a_response_needs_words_evidence_or_other_actuals(home: Home) -> None:
    dispute = home.disputed()
    with pytest.raises(Invalid):
        answer(home.nina, dispute, " ")
    amend(home.nina, dispute, rows(dispute)[0], "9")
    answer(home.nina, dispute, " ")
    assert case(dispute).state == "answered"


def test_amended_actuals_stand_beside_the_claim(home: Home) -> None:
    dispute = home.disputed()
    amend(home.nina, dispute, rows(dispute)[0], "9")
    [row] = rows(dispute)
    assert (row.amended_units, row.amended_cost, row.changes) == (D(9), D(180), 1)
    assert (home.of().delivered, home.of().standing) == (D(8), Standing.DISPUTED)
    amend(home.nina, dispute, row, "8")  # back to the claim
    [row] = rows(dispute)
    assert (row.amended, row.amended_cost, row.changes) == (None, None, 2)


def test_more_than_was_planned_is_not_amended_to_where_it_is_refused(home: Home) -> None:
    """bedford-actuals-guide: "will need to be amended before submitting"."""
    dispute = home.disputed()
    with pytest.raises(Invalid, match="exceeds the planned delivery"):
        amend(home.nina, dispute, rows(dispute)[0], "11")
    with pytest.raises(Invalid, match=r"steps of 0.25"):
        amend(home.nina, dispute, rows(dispute)[0], "8.1")
    assert rows(dispute)[0].changes == 0


def test_two_people_amend_one_row(home: Home) -> None:
    dispute = home.disputed()
    [seen] = rows(dispute)
    amend(home.nina, dispute, seen, "9")
    with pytest.raises(Refused, match="A colleague changed this row"):
        amend(home.nina, dispute, seen, "7")
    assert rows(dispute)[0].amended_units == D(9)


@pytest.mark.parametrize(
    ("way", "paid", "delivered"),
    [(Decision.AS_CLAIMED, "160", "8"), (Decision.AS_PLANNED, "200", "10"), (Decision.AS_AMENDED, "180", "9")],
)
def test_each_decision_is_what_is_payable(home: Home, way: str, paid: str, delivered: str) -> None:
    dispute = home.disputed()
    amend(home.nina, dispute, rows(dispute)[0], "9")
    answer(home.nina, dispute)
    before = home.of()
    outcome = decide(home.tom, dispute, choose(rows(dispute)[0], way, "As the visit log says."))
    after, [row] = home.of(), rows(dispute)
    assert (outcome.state, outcome.answer["paid"]) == ("decided", str(D(paid).quantize(D("0.01"))))
    assert (after.standing, after.payable_cost, after.delivered) == (Standing.PAYABLE, D(paid), D(delivered))
    assert (after.at_stake, after.disputable, after.version) == (D(0), False, before.version + 1)
    assert (row.awaits, row.decision, row.paid_cost) == (Awaits.NOTHING, way, D(paid))
    assert row.decided_by_id == home.tom.user_id
    assert read(LineWeekVersion.objects.get(line_week=after, version=after.version).rows) == read(after.rows)
    closed = case(dispute)
    assert (closed.holder, closed.finished is not None, closed.amount) == ("nobody", True, D(0))
    assert Case.objects.get(pk=home.week.pk).amount == sum(home.of(each).payable_cost for each in range(3))
    assert verify().findings == []
    assert check(every=True).differences == []


def test_the_dispute_ends_with_its_last_row(home: Home) -> None:
    dispute = home.answered(0, 2)
    first, second = rows(dispute)
    assert decide(home.tom, dispute, choose(first, Decision.AS_CLAIMED)).state == "answered"
    assert case(dispute).amount == second.at_stake
    assert (home.of(0).standing, home.of(2).standing) == (Standing.PAYABLE, Standing.DISPUTED)
    assert decide(home.tom, dispute, choose(second, Decision.AS_PLANNED, "The plan holds.")).state == "decided"


def test_asking_again_gives_it_back_and_keeps_what_was_decided(home: Home) -> None:
    dispute = home.answered(0, 2)
    first, second = rows(dispute)
    both = (choose(first, Decision.AS_CLAIMED), choose(second, ASK_AGAIN, "Which day was it?"))
    assert decide(home.tom, dispute, *both).state == "raised"
    assert [each.awaits for each in rows(dispute)] == [Awaits.NOTHING, Awaits.PROVIDER]
    assert (case(dispute).holder, home.of(0).standing) == ("provider", Standing.PAYABLE)
    with pytest.raises(Refused, match="does not await your answer"):
        amend(home.nina, dispute, rows(dispute)[0], "9")
    amend(home.nina, dispute, rows(dispute)[1], "7")
    answer(home.nina, dispute)
    decide(home.tom, dispute, choose(rows(dispute)[1], Decision.AS_AMENDED))
    assert (case(dispute).state, home.of(2).payable_cost) == ("decided", D(140))


@pytest.mark.parametrize("way", [Decision.AS_PLANNED, ASK_AGAIN])
def test_what_the_provider_does_not_get_needs_a_reason(home: Home, way: str) -> None:
    dispute = home.answered()
    with pytest.raises(Invalid) as refused:
        decide(home.tom, dispute, choose(rows(dispute)[0], way))
    assert set(refused.value.faults) == {str(rows(dispute)[0].pk)}


def test_no_row_is_decided_twice_or_as_nobody_said(home: Home) -> None:
    dispute = home.answered(0, 2)
    first, second = rows(dispute)
    with pytest.raises(Invalid, match="did not amend"):
        decide(home.tom, dispute, choose(first, Decision.AS_AMENDED))
    decide(home.tom, dispute, choose(first, Decision.AS_CLAIMED))
    with pytest.raises(Invalid, match="decided already"):
        decide(home.tom, dispute, choose(first, Decision.AS_PLANNED, "No."), choose(second, Decision.AS_CLAIMED))
    with pytest.raises(Invalid, match="not a row of this dispute"):
        decide(home.tom, dispute, Choice(0, Decision.AS_CLAIMED))


def test_the_same_decision_twice_is_one_whatever_came_between(home: Home) -> None:
    dispute = home.answered(0, 2)
    first, second = rows(dispute)
    key, task = make.key(), care.turn(dispute.pk).pk
    choices = [choose(first, Decision.AS_CLAIMED)]
    said = {"actor": home.tom, "case_id": dispute.pk, "task_id": task, "choices": choices, "key": key}
    outcome = commands.decide(**said)  # type: ignore[arg-type]
    decide(home.tom, dispute, choose(second, Decision.AS_CLAIMED))
    assert commands.decide(**said) == outcome.__class__(  # type: ignore[arg-type]
        outcome.case_id, outcome.version, outcome.state, outcome.answer, repeated=True
    )


def test_the_council_waits_for_the_answer_until_it_is_late(home: Home) -> None:
    dispute = home.disputed()
    task = care.turn(dispute.pk)
    with pytest.raises(Refused, match="still has time"):
        commands.take(actor=home.tom, case_id=dispute.pk, task_id=task.pk, key=make.key())
    with moment.at(task.due_at + timedelta(minutes=1)):  # type: ignore[operator]
        commands.take(actor=home.tom, case_id=dispute.pk, task_id=task.pk, key=make.key())
        decide(home.tom, dispute, choose(rows(dispute)[0], Decision.AS_CLAIMED))
    assert case(dispute).state == "decided"


def test_a_week_that_was_asked_about_takes_what_was_decided_all_the_same(home: Home) -> None:
    dispute = home.answered()
    task = care.turn(home.week.pk)
    actuals.query(actor=home.tom, case_id=home.week.pk, task_id=task.pk, text="And Tuesday?", key=make.key())
    decide(home.tom, dispute, choose(rows(dispute)[0], Decision.AS_PLANNED, "The plan holds."))
    assert (home.of().standing, home.of().payable_cost) == (Standing.PAYABLE, D(200))
    assert Case.objects.get(pk=home.week.pk).state == "recording"


def test_a_colleague_s_check_of_the_week_does_not_hold_the_dispute_up(home: Home) -> None:
    from workflows.engine import turns

    dispute = home.answered()
    other = make.actor(make.staff_user("finance"))
    turns.claim(actor=other, task_id=care.turn(home.week.pk).pk, key=make.key())
    assert decide(home.tom, dispute, choose(rows(dispute)[0], Decision.AS_CLAIMED)).state == "decided"


def test_what_was_decided_may_be_more_than_planned_where_that_is_not_refused() -> None:
    """suffolk-user-guide §2: increases are paid when they are authorised; a decision on a dispute is such a word."""
    with served("suffolk"):
        home = Home(("12",))
        before = home.of()
        assert (before.payable_cost, before.at_stake, before.disputable) == (D(200), D(40), True)
        dispute = home.answered()
        assert rows(dispute)[0].claimed_cost == D(240)
        decide(home.tom, dispute, choose(rows(dispute)[0], Decision.AS_CLAIMED))
        assert (home.of().payable_cost, home.of().settled) == (D(240), D(2))
        from workflows.actuals import selectors

        [shown] = selectors.page(home.tom, home.week.pk).lines
        assert shown.found.pay == D(240)  # pages judge again, and say the same


@pytest.fixture
def by_itself(bedford: None) -> Iterator[None]:
    """Bedford, had it let the engine raise disputes."""
    made = current().model_dump()
    made["actuals"] |= {"raised_by": "system"}
    with pytest.MonkeyPatch.context() as patch:
        another_council(patch, {}, whole=made)
        yield
    usual_council()


def test_the_engine_raises_it_where_the_profile_says_so(by_itself: None) -> None:
    home = Home(("8", "10", "6"))
    follow = Outbox.objects.get(topic="actuals.disputable")
    for _ in range(2):
        raise_by_rule(follow.payload, follow.key)
    [dispute] = Dispute.objects.all()
    assert {each.line_week_id for each in rows(dispute)} == {home.of(0).pk, home.of(2).pk}
    assert dispute.reason is not None
    assert dispute.reason.text == "What was recorded differs from what was planned."


def test_the_engine_raises_nothing_where_the_team_does(home: Home) -> None:
    assert not Outbox.objects.filter(topic="actuals.disputable").exists()
    raise_by_rule({"case": home.week.pk}, make.key())
    assert not Dispute.objects.exists()


def test_who_is_too_late_is_told_who_was_faster(home: Home) -> None:
    dispute = home.disputed()
    task = care.turn(dispute.pk)
    answer(home.nina, dispute)
    with pytest.raises(Stale):
        commands.answer(actor=home.nina, case_id=dispute.pk, task_id=task.pk, text="Once more.", key=make.key())
    assert Event.objects.filter(kind="dispute.answer").count() == 1


def test_erasing_a_client_takes_what_was_written_and_leaves_the_figures(home: Home) -> None:
    dispute = home.disputed(0, 2)
    row = rows(dispute)[0]
    amend(home.nina, dispute, row, "9")
    answer(home.nina, dispute, "Mrs Brock was at her daughter's.")
    decide(home.tom, dispute, choose(rows(dispute)[0], Decision.AS_PLANNED, "Mrs Brock's rota shows it."))
    administrator = make.actor(make.staff_user("", duty="administrator"))
    erase_client(home.lines[0].client_id, administrator)
    kept = Content.objects.filter(stream=f"case:{dispute.pk}")
    assert kept.count() >= 3
    assert all(each.erased_at is not None and not each.text for each in kept)
    [row, other] = rows(dispute)
    assert row.amended is not None and row.amended[0]["comment"] == ""
    assert (row.paid_cost, row.amended_units, other.at_stake) == (D(200), D(9), D(80))
    assert verify().findings == []


def test_evidence_is_read_by_those_who_read_the_dispute(home: Home) -> None:
    dispute = home.disputed()
    chosen = staged(home.nina, "visits.pdf")
    task = care.turn(dispute.pk)
    commands.answer(actor=home.nina, case_id=dispute.pk, task_id=task.pk, text="", file_ids=[chosen.pk], key=make.key())
    [kept] = files.of("dispute.evidence", [dispute.pk])[dispute.pk]
    kept.state = kept.State.READY
    kept.save()
    assert files.taken(home.tom, kept.pk).name.startswith("DSP-")
    for stranger in (Home().nina, make.actor(make.staff_user("contracts"))):
        with pytest.raises(NotFound):
            files.taken(stranger, kept.pk)
    erase_client(home.lines[0].client_id, make.actor(make.staff_user("", duty="administrator")))
    with pytest.raises(NotFound):
        files.taken(home.tom, kept.pk)


def test_a_dispute_is_found_by_its_reference_its_line_and_what_was_written(home: Home) -> None:
    dispute = home.answered(0, 2)
    for text in (case(dispute).reference, home.lines[0].reference, "daughter's"):
        for who in (home.nina, home.tom):
            found = {hit.id for each in results(who, text) for hit in each.hits if hit.kind == "dispute"}
            assert found == {dispute.pk}, (text, who)
    assert results(Home().nina, case(dispute).reference) == []


def test_the_demonstration_has_a_dispute_in_each_state(bedford: None) -> None:
    homes = [Home(("8", "10")) for _ in range(4)]
    assert demo.seed() == 3
    assert sorted(Case.objects.filter(kind="dispute").values_list("state", flat=True)) == [
        "answered", "decided", "raised",
    ]  # fmt: skip
    assert demo.seed() == 0
    assert sum(home.of().standing == "submitted" for home in homes) == 1
