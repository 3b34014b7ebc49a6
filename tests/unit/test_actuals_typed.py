"""What somebody types into a week's form, as the rows they filled in: boxes, ticks, causes, added rows, faults."""

from datetime import date
from decimal import Decimal

import pytest

from portal.actuals import names
from portal.actuals.typed import (
    BOTH,
    NO_DAYS,
    NO_QUANTITY,
    NO_VISITS,
    NOT_A_NUMBER,
    Known,
    Line,
    Typed,
    causes_for,
    read,
)
from tests.councils import FOLDER
from workflows.actuals.entry import Absence, Row
from workflows.council import profile
from workflows.council.actuals import Actuals

D = Decimal
WEEK = date(2025, 2, 17)
SUNDAY = date(2025, 2, 23)


def module(council: str) -> Actuals:
    found = profile.load(FOLDER / f"{council}.toml").actuals
    assert found is not None
    return found


BRADFORD, SUFFOLK, BEDFORD = module("bradford"), module("suffolk"), module("bedford")


def row(planned: tuple[str, ...], actual: tuple[str, ...] = (), **words: object) -> Row:
    figures = tuple(D(each) for each in planned)
    return Row(1, WEEK, SUNDAY, figures, tuple(D(each) for each in actual) or figures, D("10.00"), **words)  # type: ignore[arg-type]


def typed(actuals: Actuals, kind: str, stored: Row, **posted: str) -> Typed:
    """Post these fields (`actual_0="2"` is the first place of Actual) over a form opened as it is stored."""
    known = Known(7, 3, actuals.kind(kind), WEEK, (stored,))
    data = {"l7_version": "3:{}"} | {f"l7-{name.replace('_', '-')}": value for name, value in posted.items()}
    return read(actuals, [known], data)


def one(found: Typed) -> Line:
    assert dict(found.faults) == {}
    (line,) = found.lines
    return line


def test_a_form_in_which_nothing_was_typed_says_nothing() -> None:
    stored = row(("14.00",))
    controls = {"l7-1-actual-0": "14.00", "l7-1-missed-0": ""}
    known = Known(7, 3, BRADFORD.kind("shared_support"), WEEK, (stored,))
    data = {"l7_version": names.stamp(7, 3, controls), **controls}
    assert read(BRADFORD, [known], data).lines == ()
    assert read(BRADFORD, [known], {}).lines == ()
    assert read(BRADFORD, [known], data | {"l7_version": "x"}).lines == ()
    changed = read(BRADFORD, [known], data | {"l7-1-actual-0": "13"})
    assert [(each.id, each.version) for each in changed.lines] == [(7, 3)]


@pytest.mark.parametrize("text", ["3", "3.0", "3.00", " 3 ", "0,003"])
def test_figures_are_read_as_people_write_them(text: str) -> None:
    line = one(typed(SUFFOLK, "home_care", row(("14.00",)), **{"1_actual_0": text}))
    assert line.rows[0].actual == (D(3),)


@pytest.mark.parametrize("text", ["three", "3.333", "-1", "1e3", "12345", "٣", "NaN"])
def test_what_is_no_figure_is_a_fault_of_its_box_and_keeps_the_rest(text: str) -> None:
    found = typed(SUFFOLK, "home_care", row(("14.00",)), **{"1_actual_0": text, "1_comment": "Kept"})
    assert dict(found.faults) == {"l7-1-actual-0": NOT_A_NUMBER}
    assert found.lines[0].rows[0].comment == "Kept"


def test_a_figure_between_two_steps_is_a_fault_unless_it_was_planned_so() -> None:
    found = typed(BRADFORD, "shared_support", row(("14.10",)), **{"1_actual_0": "3.10"})
    assert found.faults["l7-1-actual-0"] == "Enter hours in steps of 0.25"
    again = typed(BRADFORD, "shared_support", row(("14.10",), ("13.00",)), **{"1_actual_0": "14.10"})
    assert dict(again.faults) == {}


def test_choosing_a_cause_fills_the_right_boxes() -> None:
    """bradford-supported-living: a provider's issue is recorded in Missed, "in addition to" the Actual column."""
    stored = row(("2.00",) * 5 + ("0.00",) * 2)
    missed = typed(
        BRADFORD, "community_personal", stored,
        **{"1_actual_3": "2.00", "1_missed_3": "2.00", "1_missed_3_cause": "provider", "1_missed_3_comment": "Ill"},
    )  # fmt: skip
    assert one(missed).rows[0].actual[3] == 0
    assert one(missed).rows[0].absent == (Absence("missed", D(2), "provider", 3, "Ill"),)
    assert missed.filled_in == {"l7-1-actual-3": "0.00"}
    moved = typed(
        BRADFORD, "community_personal", stored,
        **{"1_missed_3": "2.00", "1_frustrated_3": "", "1_missed_3_cause": "hospital", "1_actual_3": "2.00"},
    )  # fmt: skip
    assert one(moved).rows[0].absent == (Absence("frustrated", D(2), "hospital", 3, ""),)
    assert moved.filled_in == {"l7-1-missed-3": "", "l7-1-frustrated-3": "2.00"}


def test_less_in_actual_with_a_cause_is_recorded_in_the_box_of_the_cause() -> None:
    stored = row(("3.00",) * 7)
    less = {"1_actual_6": "0", "1_less_6_cause": "hospital", "1_less_6_comment": "Week 1"}
    line = one(typed(BRADFORD, "shared_support", stored, **less))
    assert line.rows[0].actual[6] == D(3)  # a stay does not lower Actual
    assert line.rows[0].absent == (Absence("frustrated", D(3), "hospital", 6, "Week 1"),)
    alone = one(typed(BRADFORD, "shared_support", stored, **{"1_actual_6": "0"}))
    assert (alone.rows[0].actual[6], alone.rows[0].absent) == (0, ())


def test_a_cause_that_nobody_offers_is_none() -> None:
    line = one(typed(BRADFORD, "shared_support", row(("21",)), **{"1_missed_0": "3", "1_missed_0_cause": "magic"}))
    assert line.rows[0].absent == (Absence("missed", D(3), "", None, ""),)


def test_where_a_box_has_one_cause_nobody_chooses_it() -> None:
    """bedford-actuals-guide: Frustrated is when the carer attends and cannot provide services."""
    assert causes_for(BEDFORD, BEDFORD.kind("home_care"), WEEK) == [
        ("could_not_provide", "The carer attended and could not provide the service")
    ]
    line = one(typed(BEDFORD, "home_care", row(("14",)), **{"1_frustrated_0": "1", "1_actual_0": "14.00"}))
    assert line.rows[0].absent == (Absence("frustrated", D(1), "could_not_provide", None, ""),)
    assert line.rows[0].actual == (D(13),)


def test_unticking_a_day_empties_it_and_ticking_it_brings_the_plan_back() -> None:
    """suffolk-user-guide §2: "either untick the relevant box or update the hours in the quantity box"."""
    stored = row(("0.75",) * 7)
    days = {f"1_tick_{day}": "on" for day in range(6)} | {f"1_actual_{day}": "0.75" for day in range(7)}
    unticked = one(typed(SUFFOLK, "home_care", stored, **{"1_ticks": "on", **days}))
    assert unticked.rows[0].actual == (D("0.75"),) * 6 + (D(0),)
    gone = row(("0.75",) * 7, ("0.75",) * 6 + ("0",))
    back = {f"1_tick_{day}": "on" for day in range(7)} | {"1_actual_6": "0.00"}
    assert one(typed(SUFFOLK, "home_care", gone, **{"1_ticks": "on", **back})).rows[0].actual[6] == D("0.75")


def test_an_unticked_day_with_another_figure_is_a_fault() -> None:
    days = {f"1_tick_{day}": "on" for day in range(6)}
    found = typed(SUFFOLK, "home_care", row(("0.75",) * 7), **{"1_ticks": "on", "1_actual_6": "0.50", **days})
    assert dict(found.faults) == {"l7-1-actual-6": BOTH}


def test_suffolks_added_rows_are_a_quantity_on_each_ticked_day() -> None:
    """ "Extra half hour on both Monday and Wednesday." and "Extra half hour on Monday. Extra 1 hour on Tuesday." """
    stored = row(("0.75",) * 7)
    one_row = {"n1_quantity": "0.5", "n1_tick_0": "on", "n1_tick_2": "on", "n1_comment": "Agreed"}
    (_, extra) = one(typed(SUFFOLK, "home_care", stored, **one_row)).rows
    assert (extra.number, sum(extra.actual), extra.actual[0], extra.actual[2], extra.comment) == (
        2, D("1.0"), D("0.5"), D("0.5"), "Agreed",
    )  # fmt: skip
    two = {"n1_quantity": "0.5", "n1_tick_0": "on", "n2_quantity": "1", "n2_tick_1": "on"}
    line = one(typed(SUFFOLK, "home_care", stored, **two))
    assert [each.number for each in line.rows] == [1, 2, 3]
    assert sum(sum(each.actual) for each in line.rows[1:]) == D("1.5")


def test_half_of_a_row_is_a_fault_and_an_empty_one_is_none() -> None:
    stored = row(("0.75",) * 7)
    assert typed(SUFFOLK, "home_care", stored, n1_quantity="0.5").faults == {"l7-n1-tick-0": NO_DAYS}
    assert typed(SUFFOLK, "home_care", stored, n1_tick_1="on").faults == {"l7-n1-quantity": NO_QUANTITY}
    assert len(one(typed(SUFFOLK, "home_care", stored, n1_quantity=" ", **{"1_comment": "x"})).rows) == 1


def test_a_week_without_any_care_is_all_nothing_and_an_added_row_can_be_taken_out() -> None:
    line = one(typed(SUFFOLK, "home_care", row(("0.75",) * 7), none="on"))
    assert sum(line.rows[0].actual) == 0
    extra = row(("0.00",) * 7, ("1.00",) * 7, added=True)
    assert one(typed(SUFFOLK, "home_care", extra, **{"1_remove": "on"})).removed == {1}
    own = typed(SUFFOLK, "home_care", row(("0.75",) * 7), **{"1_remove": "on"})
    assert own.lines[0].removed == frozenset()  # what was planned stays


def test_several_causes_in_one_box_of_a_row_without_days_are_all_kept() -> None:
    first, second = (
        Absence("missed", D(2), "not_engaged", None, "Refused"),
        Absence("missed", D(2), "provider", None, ""),
    )
    stored = row(("10.00",), ("8.00",), absent=(first, second))
    line = one(typed(BRADFORD, "community_personal", stored, **{"1_comment": "More", "1_x0_comment": "Ill"}))
    assert line.rows[0].absent == (first, Absence("missed", D(2), "provider", None, "Ill"))
    third = {"1_x1_units": "1", "1_x1_cause": "hospital", "1_x1_comment": "Week 1"}
    line = one(typed(BRADFORD, "community_personal", stored, **third))
    assert line.rows[0].absent[2] == Absence("frustrated", D(1), "hospital", None, "Week 1")


def test_visits_are_asked_for_where_the_council_wants_to_know_them() -> None:
    """domain.md §5: visits are required on every actual of one council, and asked by no other."""
    kinds = [each.model_copy(update={"visits": "required"}) for each in SUFFOLK.kinds]
    oxfordshire = SUFFOLK.model_copy(update={"kinds": tuple(kinds)})
    stored = row(("14.00",))
    assert typed(oxfordshire, "home_care", stored, **{"1_visits": "", "1_comment": "x"}).faults == {
        "l7-1-visits": NO_VISITS
    }
    assert one(typed(oxfordshire, "home_care", stored, **{"1_visits": " 12 "})).rows[0].visits == 12
    none_delivered = typed(oxfordshire, "home_care", stored, **{"1_visits": "", "1_actual_0": "0"})
    assert one(none_delivered).rows[0].visits is None
    assert typed(SUFFOLK, "home_care", stored, **{"1_visits": "many"}).faults["l7-1-visits"].startswith("Enter a whole")


def test_a_comment_that_is_too_long_is_a_fault_and_stays() -> None:
    found = typed(SUFFOLK, "home_care", row(("14",)), **{"1_comment": "x" * 1001})
    assert list(found.faults) == ["l7-1-comment"]
    assert found.lines[0].rows[0].comment == "x" * 1001
