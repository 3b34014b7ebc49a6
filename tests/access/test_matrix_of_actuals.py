"""Every address of actuals, disputes and decisions on care x method x person, as a council that has them (Bradford).

The table of test_matrix.py says that nothing of this is there as the handbook's council; here is who gets in.
"""

from typing import Any

import pytest
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.access.table import Row
from tests.access.test_matrix import ABSENT, FORBIDDEN, IN, METHOD, SIGN_IN, Browser
from tests.access.weeks import CHECKED, RECORDED, Marked, providers
from workflows.actuals.models import CareDecision
from workflows.parties.models import User

__all__ = ["providers"]
pytestmark = pytest.mark.django_db

EDITING = {"main_user", "actuals", "at_this_service"}
OWN, OTHERS = EDITING | {"read_only"}, {"at_another_service", "other_provider"}
PROVIDERS = OWN | OTHERS
PAYMENTS, KEEPERS = {"fss_payments"}, {"support_options"}
LOOKING = PAYMENTS | KEEPERS | {"auditor"}
DUTIES = {"auditor", "administrator"}
STAFF = LOOKING | DUTIES | {"contracts", "provider_portal"}
#: Who really asks where the gate refuses them, too (as in test_matrix.py).
ASKING_ALL = {"main_user", "other_provider", "fss_payments"}


def own(posting: set[str] | None = None, methods: str = "GET POST") -> Row:
    """A page of one provider's record: its people see it, for others it does not exist."""
    return Row(OWN, methods, absent=OTHERS, posting=posting)


def of_case(posting: set[str], methods: str = "GET POST", getting: set[str] | None = None) -> Row:
    """A page of a case of the council's; `getting` is who may read it, where that is more than who may act."""
    return Row(posting if getting is None else getting, methods, posting=posting)


def of_run(methods: str) -> Row:
    """An import is seen by who began it; who may not import is told so."""
    return Row({"main_user"}, methods, absent=PROVIDERS - {"main_user", "read_only"})


TABLE = {
    "portal:actuals": Row(PROVIDERS),
    "portal:actuals_export": Row(PROVIDERS),
    "portal:actuals_import_new": Row(PROVIDERS - {"read_only"}, "GET POST"),
    "portal:actuals_import": of_run("GET"),
    "portal:actuals_import_update": of_run("POST"),
    "portal:actuals_import_cancel": of_run("POST"),
    "portal:actuals_import_errors": of_run("GET"),
    "portal:visits_import_new": Row(PROVIDERS - {"read_only"}, "GET POST"),
    "portal:visits_import": of_run("GET"),
    "portal:visits_import_update": of_run("POST"),
    "portal:visits_import_cancel": of_run("POST"),
    "portal:visits_import_errors": of_run("GET"),
    "portal:actuals_visits": own(methods="GET"),
    "portal:visit": own(methods="GET"),
    "portal:actuals_week": own(EDITING),
    "portal:actuals_line": own(EDITING),
    "portal:actuals_answer": Row(EDITING, "POST", absent=OTHERS),
    "portal:disputes": Row(PROVIDERS),
    "portal:dispute": own(EDITING),
    "portal:dispute_row": Row(EDITING, "GET POST", absent=OTHERS),
    "portal:dispute_row_answer": Row(EDITING, "POST", absent=OTHERS),
    "council:disputes": Row(LOOKING),
    "council:disputes_all": Row(LOOKING),
    "council:disputes_decide": Row(PAYMENTS, "GET POST"),
    "council:dispute_raise": of_case(PAYMENTS),
    "council:dispute_decide": of_case(PAYMENTS, getting=LOOKING),
    "council:dispute_take": of_case(PAYMENTS),
    "council:actuals": Row(LOOKING),
    "council:actuals_check": Row(PAYMENTS, "POST"),
    "council:actuals_accept_many": Row(PAYMENTS, "POST"),
    "council:not_charged": Row(LOOKING, "GET POST"),
    "council:care_decisions": Row(LOOKING),
    "council:actuals_line": of_case(LOOKING, "GET"),
    "council:actuals_visits": of_case(LOOKING, "GET"),
    "council:visit": of_case(LOOKING, "GET"),
    "council:visits_import_new": of_case(PAYMENTS),
    "council:visits_import": of_case(PAYMENTS | {"auditor"}, "GET"),
    "council:visits_import_update": of_case(PAYMENTS, "POST"),
    "council:visits_import_cancel": of_case(PAYMENTS, "POST"),
    "council:visits_import_errors": of_case(PAYMENTS | {"auditor"}, "GET"),
    "council:actuals_accept": of_case(PAYMENTS),
    "council:actuals_query": of_case(PAYMENTS),
    "council:actuals_take": of_case(PAYMENTS),
    "council:care_extend": of_case(KEEPERS),
    "council:care_stop": of_case(KEEPERS),
    "council:care_noted": of_case(KEEPERS),
    "council:line_authorise": Row(KEEPERS, "GET POST"),
}


def person(who: str, one: Marked, other: Marked) -> User | None:
    """Somebody of each kind that there is."""
    if who == "signed_out":
        return None
    if who in STAFF:
        return make.staff_user("", duty=who) if who in DUTIES else make.staff_user(who)
    if who in {"main_user", "other_provider"}:
        return (one if who == "main_user" else other).person
    only = {"at_this_service": one.home, "at_another_service": one.elsewhere}.get(who)
    return make.provider_user(one.organisation, role="actuals" if only else who, only=only)


def places(of: Marked) -> dict[str, str]:
    """Where each of these records is."""
    recorded, checked = of.weeks[RECORDED].pk, of.weeks[CHECKED].pk
    answered, asked = (each.pk for each in of.disputes)
    decisions = CareDecision.objects.filter(line__in=of.lines)
    ids: dict[str, list[Any]] = {
        "portal:actuals_week": [recorded],
        "portal:actuals_line": [recorded, of.line_week(0, RECORDED)],
        "portal:actuals_answer": [recorded],
        "portal:dispute": [asked],
        "portal:dispute_row": [asked, of.rows[-1].pk],
        "portal:dispute_row_answer": [asked, of.rows[-1].pk],
        "council:dispute_raise": [checked],
        "council:dispute_decide": [answered],
        "council:dispute_take": [asked],
        "council:actuals_line": [checked, of.line_week(0, CHECKED)],
        "council:actuals_take": [recorded],
        "portal:visit": [of.visit.pk],
        "council:visit": [of.visit.pk],
        "portal:visits_import": [of.visits_run.pk],
        "council:visits_import": [of.council_run.pk],
        "council:line_authorise": [of.lines[0].pk],
    }
    ids |= {key: [checked] for key in ("council:actuals_accept", "council:actuals_query")}
    ids |= {key: [decisions.get(raised="funding_decision").pk] for key in ("council:care_extend", "council:care_stop")}
    ids["council:care_noted"] = [decisions.filter(raised="operational_notice").values_list("pk", flat=True)[0]]
    ids |= {key: [of.run.pk] for key in (name for name in TABLE if name.startswith("portal:actuals_import_"))}
    ids |= {"portal:actuals_import": [of.run.pk], "portal:actuals_import_new": []}
    for side, run in (("portal", of.visits_run), ("council", of.council_run)):
        ids |= {f"{side}:visits_import_{each}": [run.pk] for each in ("update", "cancel", "errors")}
        ids[f"{side}:actuals_visits"] = [recorded, of.line_week(2, RECORDED)]
    found = {name: reverse(name, args=ids.get(name, [])) for name in TABLE}
    group = f"?provider={of.organisation.pk}&causes=provider"
    return found | {"council:disputes_decide": found["council:disputes_decide"] + group}


def wanted(who: str, name: str, row: Row, method: str) -> set[str]:
    """What the table says; a method that an address does not have is refused as such, or as the address is."""
    if who == "signed_out":
        return {SIGN_IN}
    if (who in PROVIDERS) is name.startswith("council:"):
        return {ABSENT}
    welcome = row.who if method == "GET" or row.posting is None else row.posting
    if who in welcome:
        return {IN if method in row.methods else METHOD}
    refusal = ABSENT if who in row.absent else FORBIDDEN
    return {refusal} if method in row.methods else {refusal, METHOD}


def test_everybody_gets_in_where_the_table_says_and_nowhere_else(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    where, wrong = places(one), []
    said = {"provider": str(one.organisation.pk), "causes": "provider"}
    cases = {"portal:dispute": one.disputes[1].pk, "council:dispute_decide": one.disputes[0].pk,
             "council:dispute_take": one.disputes[1].pk, "council:actuals_take": one.weeks[RECORDED].pk,
             "council:care_noted": int(where["council:care_noted"].split("/")[2])}  # fmt: skip
    turns = {name: {"task": str(care.turn(case).pk)} for name, case in cases.items()}
    for who in sorted(PROVIDERS | STAFF | {"signed_out"}):
        browser = Browser(person(who, one, other))
        for name, row in TABLE.items():
            by_gate = "" if who in ASKING_ALL else browser.refused_at_the_gate(where[name].partition("?")[0])
            for method in ("GET", "POST"):
                got = by_gate or browser.outcome(method, where[name], said | turns.get(name, {}))
                if got not in (right := wanted(who, name, row, method)):
                    wrong.append(f"{who}, {name} {method}: {got} instead of {right}")
    assert wrong == []
