"""Whether everybody may read what they are given: nobody is given what they may not open."""

from collections.abc import Iterable, Iterator, Sequence

from .actions import Actions, ActionType
from .faults import Fault
from .kinds import CaseKind
from .teams import Team

KIND = "action"
#: Which desk has turns of which kind of case (a test compares it with the workflows).
GIVEN: dict[CaseKind, tuple[str, ...]] = {
    "contract_document": ("brokerage",),
    "change_request": ("procurement", "helpline"),
    "actuals": ("payments",),
    "dispute": ("payments",),
    "scheduled_payment": ("payments",),
    "payment_run": ("payments",),
    "payment_stop": ("payments",),
    "payment_debt": ("payments",),
    "invoice": ("payments",),
    "credit_note": ("payments",),
    "claim": ("payments",),
}
#: The module without which a council has no such cases.
OF_MODULE: dict[CaseKind, str] = {
    "actuals": "actuals", "dispute": "actuals", "care_decision": "actuals",
    "scheduled_payment": "payments", "payment_run": "payments", "payment_stop": "payments",
    "payment_debt": "payments",
    "invoice": "invoices", "credit_note": "invoices",
    "claim": "claims",
}  # fmt: skip


def actions_that_they_may_not_read(actions: Actions, teams: Iterable[Team], closing: Iterable[str]) -> Iterator[Fault]:
    """Types that would be given to a team which does not read them.

    `closing` are the teams that close actions; none: whoever has one closes it.
    """
    by_key = {team.key: team for team in teams}
    senders = {each.answers_to for each in actions.senders}
    for place, kind in enumerate(actions.types):
        answering = senders if "council" in kind.begun_by else set()
        for key in sorted({*(kind.teams or actions.teams), *answering, *closing}):
            if key in by_key and (said := _fault(kind, by_key[key])):
                yield Fault(("actions", "types", place, "key"), f"{kind.key} {said}")


def kinds_that_they_may_not_read(teams: Sequence[Team], given: Iterable[tuple[CaseKind, str, str]]) -> Iterator[Fault]:
    """Teams that do not read what they are `given`: a kind of case, as which desk (or for what), and the team's key."""
    places = {team.key: place for place, team in enumerate(teams)}
    for kind, desk, key in sorted(set(given)):
        if kind not in teams[places[key]].reads:
            said = f'{key} is given {kind} ({desk}) and does not read it: add "{kind}" to its reads'
            yield Fault(("teams", places[key], "reads"), said)


def teams_that_read_nothing(teams: Iterable[Team]) -> Iterator[Fault]:
    """A team whose members could open nothing; an outside team's work is read by its keeper."""
    for place, team in enumerate(teams):
        if not team.outside and not team.reads:
            said = f"{team.key} reads nothing, so its members could open no case: give it reads, or take the team out"
            yield Fault(("teams", place, "key"), said)


def _fault(kind: ActionType, team: Team) -> str:
    if KIND not in team.reads:
        return f'would be given to {team.key}, which does not read actions: add "{KIND}" to its reads in [[teams]]'
    if kind.sensitivity == "general" or kind.sensitivity in team.sensitivities:
        return ""
    return (
        f"is about {kind.sensitivity} and would be given to {team.key}, which does not read {kind.sensitivity}: "
        "name other teams for the type, or let the team read it ([[teams]] sensitivities)"
    )
