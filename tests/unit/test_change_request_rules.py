"""The rules of change requests, whole: every state, verb and holder; every field's faults; decisions; undoing."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.councils import FOLDER
from workflows.changes import rules
from workflows.changes.flow import ChangeRequestFlow
from workflows.changes.rules import FIELDS, LABELS, MOST, TRANSITIONS, State, What
from workflows.council.profile import current, load
from workflows.council.schema import Council
from workflows.engine.checks import FlowMismatch, compare
from workflows.engine.table import moves, outcome
from workflows.people.rules import administering_roles, loses_its_last

DESKS = {"decide_record": "procurement", "decide_contact": "helpline", "confirm_removal": "helpline"}
HOLDERS = ("provider", "procurement", "helpline", "brokerage", "staff", "system")
NODES = ("submit", *DESKS, "first_password", None)
VERBS = sorted({each.verb for each in TRANSITIONS})


def allowed() -> dict[tuple[str, str | None, str, str], tuple[str, str | None]]:
    """Who may what where and what follows, written down from design, workflows §2; what is not here is refused."""
    found: dict[tuple[str, str | None, str, str], tuple[str, str | None]] = {
        ("", "submit", "submit", "provider"): ("submitted", "decide_record"),
        ("", "submit", "submit_contact", "provider"): ("submitted", "decide_contact"),
        ("", "submit", "remove_role", "provider"): ("submitted", "confirm_removal"),
        ("submitted", "confirm_removal", "accept", "helpline"): ("accepted", "end"),
        ("submitted", "confirm_removal", "undo", "helpline"): ("undone", "end"),
        ("submitted", "confirm_removal", "undo", "provider"): ("undone", "end"),
        ("accepted", None, "undo", "helpline"): ("undone", None),
    }
    ends = {"accept": "accepted", "accept_in_part": "accepted_in_part", "reject": "rejected", "close": "closed"}
    for node, desk in (("decide_record", "procurement"), ("decide_contact", "helpline")):
        found |= {("submitted", node, verb, desk): (to, "end") for verb, to in ends.items()}
        found["submitted", node, "withdraw", "provider"] = ("withdrawn", "end")
    for state in ("accepted", "accepted_in_part"):
        found[state, "first_password", "issue_password", "helpline"] = (state, "first_password")
        found[state, "first_password", "password_given", "helpline"] = (state, "end")
        found[state, None, "send_link", "helpline"] = (state, None)
    return found


ALLOWED = allowed()
#: The one verb that leads to two states: whole or in part.
ADMIT = ("submitted", "decide_contact", "admit", "helpline")


@pytest.mark.parametrize(("state", "verb"), list(product(["", *State], VERBS)))
def test_every_verb_in_every_state_by_every_holder(state: str, verb: str) -> None:
    """At every node of the flow, and when it is closed."""
    for node, holder in product(NODES, HOLDERS):
        at = (str(state), node, verb, holder)
        rows = [each for each in TRANSITIONS if (each.state, each.node, each.verb, each.by) == at]
        led = {(str(each.to), each.next_node) for each in rows}
        if at == ADMIT:
            assert led == {("accepted", "first_password"), ("accepted_in_part", "first_password")}
        else:
            assert led == ({ALLOWED[at]} if at in ALLOWED else set()), at
            assert len(rows) <= 1


def test_nothing_ends_what_was_decided_but_an_undoing() -> None:
    for state in (State.REJECTED, State.WITHDRAWN, State.UNDONE, State.CLOSED):
        assert [verb for verb in VERBS if outcome(TRANSITIONS, state, verb)] == []


def test_the_flow_says_what_the_table_says() -> None:
    compare(ChangeRequestFlow, moves(TRANSITIONS))
    with pytest.raises(FlowMismatch, match="withdraw"):
        compare(ChangeRequestFlow, {move for move in moves(TRANSITIONS) if move[1] != "withdraw"})


@pytest.mark.parametrize("what", What)
def test_each_thing_that_is_asked_for_has_its_desk_and_its_verb(what: What) -> None:
    begun = next(each for each in TRANSITIONS if each.verb == rules.verb_of(what))
    assert (begun.state, begun.by) == ("", "provider")
    assert DESKS[str(begun.next_node)] == rules.desk_of(what)
    assert set(FIELDS[what]) <= set(LABELS) == set(MOST)
    assert what in rules.NAMES and what in rules.FUNCTIONS


# --- the faults of each field ------------------------------------------------------------------------------------

RIGHT = {
    "name": "Oasis Residential Home",
    "title": "Mr",
    "forename": "John",
    "surname": "Smith",
    "email": "j.smith@oasis.example",
    "portal_email": "j.smith@oasis.example",
    "uprn": "100023336956",
    "usrn": "21300001",
    "access": "administration:*",
}


def right(what: What, **changes: str) -> dict[str, str]:
    """Every field of it filled in, and in order."""
    return {field: RIGHT.get(field, "1") for field in FIELDS[what]} | changes


def wrong(what: What, council: Council | None = None, *, confirmed: bool = False, **changes: str) -> dict[str, str]:
    """The faults where some fields differ from what is in order."""
    values = rules.tidied(what, right(what, **changes))
    return rules.faults_of(council or current(), what, values, confirmed=confirmed)


def having(**changes: Any) -> Council:
    """A council whose change requests differ."""
    whole = current().model_dump()
    whole["change_requests"] |= changes
    return Council.model_validate(whole)


CASES = [(what, field) for what in What if what is not What.ROLE_REMOVAL for field in FIELDS[what]]


@pytest.mark.parametrize("what", [each for each in What if each is not What.ROLE_REMOVAL])
def test_what_is_in_order_has_no_fault(what: What) -> None:
    assert wrong(what) == {}


@pytest.mark.parametrize(("what", "field"), CASES)
def test_an_empty_field_is_missed_where_it_is_needed(what: What, field: str) -> None:
    needed = {
        What.CONTACT_CREATION: current().change_requests.contact_needs,
        What.CONTACT_EDIT: {"forename", "surname"},
        What.ROLE_CHANGE: {"access", "portal_email"},
        What.ORGANISATION: {"name"},
        What.SERVICE: {"name"},
    }[what]
    told = wrong(what, **{field: " "})
    assert set(told) == ({field} if field in needed else set())
    if told:
        assert told[field].startswith("Choose a security role" if field == "access" else "Enter the ")


@pytest.mark.parametrize(("what", "field"), CASES)
def test_a_field_that_is_too_long_says_its_limit(what: What, field: str) -> None:
    told = wrong(what, **{field: "7" * (MOST[field] + 1)})
    assert set(told) == {field}
    assert f"{MOST[field]:,}" in told[field] and f"{MOST[field] + 1:,}" in told[field]
    # As long as it may be, a text is in order; numbers, addresses and roles have rules of their own.
    longest = wrong(what, **{field: "7" * MOST[field]})
    assert set(longest) == ({field} if field in {"uprn", "usrn", "email", "portal_email", "access"} else set())


@pytest.mark.parametrize(("what", "field"), CASES)
def test_a_character_that_nobody_can_see_is_refused(what: What, field: str) -> None:
    assert set(wrong(what, **{field: "7\x007"})) == {field}


@pytest.mark.parametrize(("field", "most"), rules.NUMBERS.items())
def test_numbers_of_properties_and_streets_are_numbers(field: str, most: int) -> None:
    for bad in ("x", "1x", "-1", "1.5", "9" * (most + 1), "１２３"):
        assert "digits at most" in wrong(What.SERVICE, **{field: bad})[field]
    assert wrong(What.SERVICE, **{field: "9" * most}) == {}
    # A new contact's role used to be typed here: one or two digits are one of those.
    for role in ("2", "07"):
        assert "security role has a field of its own" in wrong(What.CONTACT_CREATION, **{field: role})[field]
    assert wrong(What.CONTACT_CREATION, **{field: "123"}) == wrong(What.CONTACT_EDIT, **{field: "2"}) == {}


@pytest.mark.parametrize("bad", ["x", "@x.uk", "a@b", "a b@x.uk", "a@x..uk", "a@x.uk, b@x.uk", "a@@x.uk"])
def test_an_address_is_one_address(bad: str) -> None:
    told = wrong(What.CONTACT_CREATION, email=bad, portal_email=bad)
    assert set(told) == {"email", "portal_email"}
    assert set(told.values()) == {"Enter an e-mail address like name@example.com."}


@pytest.mark.parametrize("address", ["office@oasis.example", "Office2@oasis.example", "info@oasis.example"])
def test_an_address_that_several_read_is_warned_of_or_refused(address: str) -> None:
    """gloucestershire-faq 6: "only individual private email addresses are permitted"."""
    asked: dict[str, Any] = {"portal_email": address}
    assert "shared mailbox" in wrong(What.CONTACT_CREATION, **asked)["portal_email"]
    assert wrong(What.CONTACT_CREATION, confirmed=True, **asked) == {}
    assert rules.looks_shared(current().change_requests, f" {address} ")
    strict = having(shared_mailbox="refuse")
    for confirmed in (True, False):
        assert "cannot be used" in wrong(What.CONTACT_CREATION, strict, confirmed=confirmed, **asked)["portal_email"]
    assert not rules.looks_shared(strict.change_requests, address)
    assert wrong(What.CONTACT_CREATION, email=address) == {}
    assert wrong(What.CONTACT_CREATION, portal_email="officer@oasis.example") == {}


@pytest.mark.parametrize("bad", ["administration", "administration:x", "administration:", ":*", "nobody:*", "a;b"])
def test_a_security_role_is_one_of_the_councils_with_its_reach(bad: str) -> None:
    assert set(wrong(What.ROLE_CHANGE, access=bad)) == {"access"}
    assert wrong(What.ROLE_CHANGE, access="administration:3,5;payments:*") == {}


def test_a_security_role_needs_an_address_to_sign_in_with_and_another_council_less() -> None:
    few = having(contact_needs=["forename", "surname"])
    bare = {field: "" for field in FIELDS[What.CONTACT_CREATION] if field not in {"forename", "surname"}}
    assert wrong(What.CONTACT_CREATION, few, **bare) == {}
    assert set(wrong(What.CONTACT_CREATION, few, **bare | {"access": "payments:*"})) == {"portal_email"}
    assert set(wrong(What.CONTACT_CREATION, **bare)) == current().change_requests.contact_needs - {
        "forename",
        "surname",
    }


@given(st.sampled_from(list(What)), st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(max_size=300), max_size=8))
def test_whatever_is_typed_is_either_in_order_or_told_field_by_field(what: What, typed: dict[str, str]) -> None:
    values = rules.tidied(what, typed)
    assert tuple(values) == FIELDS[what]
    told = rules.faults_of(current(), what, values)
    assert set(told) <= set(FIELDS[what])
    assert all(told.values())
    assert all(value == " ".join(value.split()) for value in values.values())


# --- two requests, decisions, undoing -----------------------------------------------------------------------------


def test_only_what_differs_is_asked_and_an_emptied_field_is() -> None:
    now = {"town": "Diss", "fax": "1", "county": ""}
    assert rules.changed(now, {"town": "Diss", "fax": "", "county": "", "country": "England"}) == {
        "fax": ("1", ""),
        "country": ("", "England"),
    }


VALUES = ("", "Diss", "Eye")


@pytest.mark.parametrize(("recorded", "first", "second"), list(product(VALUES, repeat=3)))
def test_of_two_requests_on_one_field_the_second_is_told_that_it_moved(recorded: str, first: str, second: str) -> None:
    """Both are made from the same record, and the first is accepted or rejected before the second is decided."""
    one, other = (rules.changed({"town": recorded}, {"town": value}) for value in (first, second))
    if not one or not other:
        return  # it asked for nothing
    assert rules.moved(other, {"town": recorded}) == []
    assert rules.moved(other, {"town": first}) == ["town"]
    assert rules.moved(other, {}) == (["town"] if recorded else [])


PROFILE = current().change_requests
REASON = PROFILE.reasons[0].key


@pytest.mark.parametrize("what", [What.CONTACT_CREATION, What.ROLE_CHANGE, What.SERVICE])
def test_which_fields_can_be_refused_while_others_are_accepted(what: What) -> None:
    """Every choice of up to three fields among those that hang together, beside one that is free."""
    asked = [each for each in FIELDS[what] if each in {"forename", "surname", "portal_email", "access", "town", "name"}]
    for number in range(1, len(asked) + 1):
        for refused in combinations(asked, number):
            told = rules.faults_of_decisions(PROFILE, what, asked, dict.fromkeys(refused, REASON))
            accepted = set(asked) - set(refused)
            nameless = what is What.CONTACT_CREATION and bool({"forename", "surname"} & set(refused))
            locked_out = "portal_email" in refused and "access" in accepted
            assert bool(told) is (not accepted or nameless or locked_out), refused
            assert set(told) <= {""}


def test_each_refused_field_has_a_reason_of_the_councils_list() -> None:
    """suffolk-user-guide §4: "You can create a list of rejection reasons"."""
    asked = ["town", "fax"]
    assert rules.faults_of_decisions(PROFILE, What.SERVICE, asked, {"fax": ""}) == {"fax": "Choose why it is rejected"}
    assert set(rules.faults_of_decisions(PROFILE, What.SERVICE, asked, {"fax": "because"})) == {"fax"}
    assert rules.faults_of_decisions(PROFILE, What.SERVICE, asked, {"fax": REASON}) == {}
    own = having(reasons=[{"key": "because", "label": "Because"}]).change_requests
    assert rules.faults_of_decisions(own, What.SERVICE, asked, {"fax": "because"}) == {}
    assert rules.faults_of_rejection(own, REASON) == {"reason": "Choose why it is rejected"}
    assert (rules.reason_label(own, "because"), rules.reason_label(own, REASON)) == ("Because", REASON)


def test_a_removal_is_undone_until_its_time_is_over() -> None:
    until = datetime(2018, 4, 16, 17, tzinfo=UTC)
    assert rules.refusal_of_undo(until, until) is None
    assert rules.refusal_of_undo(until, until - timedelta(days=4)) is None
    assert "Ask for the role anew" in str(rules.refusal_of_undo(until, until + timedelta(microseconds=1)))


ROLES = [role.key for role in current().roles]
PLACES = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from([None, 3, 5])), max_size=5)


@given(PLACES, st.data())
def test_the_last_who_administers_a_provider_cannot_be_taken_away(
    before: list[tuple[str, int | None]], data: st.DataObject
) -> None:
    """workflows §2: "never the last administrator": only what is held at the whole organisation counts."""
    after = [each for each in before if data.draw(st.booleans())]
    can = {role for role in ROLES if current().role(role).administers_users}
    assert administering_roles(current()) == can
    had, has = (any(role in can and service is None for role, service in each) for each in (before, after))
    assert loses_its_last(current(), before, after) is (had and not has)


def test_a_provider_that_had_nobody_who_administers_it_loses_nobody() -> None:
    first = next(role for role in ROLES if current().role(role).administers_users)
    assert loses_its_last(current(), [(first, None)], [])
    assert not loses_its_last(current(), [(first, 3)], [])
    assert not loses_its_last(current(), [(first, None), (first, None)], [(first, None)])


def test_what_is_asked_is_told_line_by_line() -> None:
    assert rules.lines([("town", "Diss"), ("fax", "")]) == "Town: Diss\nFax: (empty)"


@pytest.mark.parametrize(
    ("address", "less"),
    [
        ("ada@nhs.net", False),
        ("ada@trust.nhs.net", False),
        ("ada@notnhs.net", True),
        ("ada@care.example", True),
        ("", False),
    ],
)
def test_gloucestershire_5_an_nhsmail_address_is_preferred_and_any_other_taken(address: str, less: bool) -> None:
    profile = load(FOLDER / "gloucestershire.toml").change_requests
    assert rules.less_preferred(profile, address) is less
    assert not rules.less_preferred(load(FOLDER / "norfolk.toml").change_requests, address)
    assert rules.preferred(profile) == "@nhs.net"
