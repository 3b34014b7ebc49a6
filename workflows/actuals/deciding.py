"""What an absence has set going for a line, and what brokerage authorises: asked for by the system, decided by teams.

bradford-supported-living: "The operational team will need to make a decision to confirm any funding beyond 6 weeks",
"for a package review following 3 consecutive occurrences"; suffolk-user-guide §2: "authorised through the usual means".
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from workflows.council.actuals import Raise
from workflows.engine import door, moment
from workflows.engine.atomic import command
from workflows.engine.duties import require_desk
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Case
from workflows.engine.records import found
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id
from workflows.register.models import CarePackageLine
from workflows.register.recording import locked_line, tell_line

from . import notices
from .flow import CareDecisionFlow
from .models import Authorisation, CareDecision
from .module import module
from .policy import fault_of_decision
from .rules import Asking

VERBS: Mapping[Raise, str] = {
    "funding_decision": "ask_for_decision",
    "operational_notice": "tell",
    "package_review": "ask_for_review",
}
TITLES: Mapping[Raise, str] = {
    "funding_decision": "Decide about paying for longer",
    "operational_notice": "Take note of an absence",
    "package_review": "Review the care package",
}


def ask(*, actor: Actor, line_id: int, raised: Raise, cause: str, since: date, key: str) -> door.Outcome | None:
    """Ask the team that the profile names, once for a line, cause and stay; None when it was asked already."""
    if CareDecision.objects.filter(line=line_id, raised=raised, cause=cause, since=since).exists():
        return None
    line = CarePackageLine.objects.select_related("service").get(pk=line_id)
    case = Case(
        organisation_id=line.service.organisation_id,
        service_id=line.service_id,
        client_id=line.client_id,
        state=Asking.OPEN,
        sensitivity="care",
    )
    case.team_id = team_id(module().teams[raised])

    def act(turn: door.Turn) -> None:
        turn.work.title = TITLES[raised]
        row = CareDecision(case=turn.case, line=line, raised=raised, cause=cause, since=since)
        row.save(force_insert=True)
        turn.facts.update({"raised": raised, "cause": cause, "since": since, "line": line_id})
        turn.notify(notices.ASKED, {"team": turn.case.team_id})

    body = {"verb": VERBS[raised], "line": line_id, "cause": cause, "since": since.isoformat()}
    return door.begin(
        CareDecisionFlow,
        actor=actor,
        verb=VERBS[raised],
        case=case,
        key=key,
        body=body,
        act=act,
        service_group=line.service.group,
    )


def extend(*, actor: Actor, case_id: int, task_id: int | None, until: date, text: str, key: str) -> door.Outcome:
    """Pay for longer: until a Sunday, for a reason. Said again later, it is the last decision that holds."""
    faults = dict(faults_of_text(text, "Say who decided this, and why"))
    if fault := fault_of_decision(until):
        faults["until"] = fault
    if faults:
        raise Invalid(faults)
    return _decide("extend", actor, case_id, task_id, until, text, key)


def stop(*, actor: Actor, case_id: int, task_id: int | None, text: str, key: str) -> door.Outcome:
    """Do not pay for longer, for a reason."""
    if faults := faults_of_text(text, "Say who decided this, and why"):
        raise Invalid(faults)
    return _decide("stop", actor, case_id, task_id, None, text, key)


def noted(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """The team took note of an absence, or reviewed the package."""

    def act(turn: door.Turn) -> None:
        turn.event.write_down("note", text.strip())
        turn.state(Asking.DONE)

    return _run("noted", act, actor, case_id, task_id, key, {"text": text})


def lapse(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Nothing is to be decided any more: the absence was taken back."""
    return _run("lapse", lambda turn: turn.state(Asking.DONE), actor, case_id, task_id, key, {})


@command
def authorise(
    *, actor: Actor, line_id: int, start: date, end: date, units: Decimal, reference: str, given_by: str
) -> Authorisation:
    """Record that more care than planned was authorised for a line, so many units a week; Invalid by field."""
    faults = {
        **faults_of_text(reference, "Enter the reference of the authorisation", field="reference", most=60),
        **faults_of_text(given_by, "Enter who authorised it", field="given_by", most=200),
    }
    if end < start:
        faults["end"] = "The last day must not be before the first"
    if units <= 0:
        faults["units"] = "Enter more than 0"
    if faults:
        raise Invalid(faults)
    line = locked_line(line_id, None)
    require_desk(actor, line.service.group, "brokerage")
    same = Authorisation.objects.filter(line=line, start=start, end=end, units=units, reference=reference.strip())
    if same.filter(withdrawn_at=None).exists():
        raise Refused("This authorisation is recorded already.", "recorded")
    made = Authorisation.objects.create(
        line=line,
        start=start,
        end=end,
        units=units,
        reference=reference.strip(),
        given_by=given_by.strip(),
        recorded_by_id=actor.user_id,
        recorded_at=moment.now(),
    )
    tell_line(line, "authorised", actor, {"from": start, "until": end, "units": units, "authorisation": made.pk})
    return made


@command
def withdraw_authorisation(*, actor: Actor, authorisation_id: int) -> None:
    """An authorisation was a mistake: it counts for nothing that is judged from now on."""
    made = found(Authorisation, authorisation_id)
    line = locked_line(made.line_id, None)
    require_desk(actor, line.service.group, "brokerage")
    if not Authorisation.objects.filter(pk=made.pk, withdrawn_at=None).update(withdrawn_at=moment.now()):
        raise Refused("This authorisation was withdrawn already.", "withdrawn")
    tell_line(line, "authorisation_withdrawn", actor, {"authorisation": made.pk})


def _decide(
    verb: str, actor: Actor, case_id: int, task_id: int | None, until: date | None, text: str, key: str
) -> door.Outcome:
    def act(turn: door.Turn) -> None:
        row = CareDecision.objects.select_for_update().get(pk=case_id)
        if row.raised != "funding_decision":
            raise Refused("Nothing is to be decided here.", "kind")
        if until is not None and until < row.since:
            raise Invalid({"until": f"Choose a Sunday after {row.since:%d/%m/%Y}"})
        turn.event.write_down("reason", text.strip())
        turn.facts["until"] = until
        turn.state(Asking.DONE)
        CareDecision.objects.filter(pk=case_id).update(decided=True, until=until)
        turn.follow("actuals.decided", {"line": row.line_id, "since": row.since.isoformat()})

    said = {"until": until.isoformat() if until else None, "text": text}
    return _run(verb, act, actor, case_id, task_id, key, said)


def _run(
    verb: str, act: door.Act, actor: Actor, case_id: int, task_id: int | None, key: str, body: Mapping[str, Any]
) -> door.Outcome:
    run = partial(door.run, CareDecisionFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, version=None)
    return run(key=key, body=body, act=act)
