"""How one provider does: its own answers, what waits at it and at the council, and who had the ball in its cases.

One provider's figures and nobody else's: nothing here is beside another's, nor beside a mean of all, by which another
could be known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.engine import folding, registry, tally
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.folding import Figure
from workflows.engine.tally import PROVIDERS
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

from .ball import Row, Stretch, by_kind
from .figures import share
from .selectors import Scope

FUNCTION = "reports"  # what a provider's role must allow: performance stands with its reports
#: Fewer answers than this tell no median.
ENOUGH = 5
METRICS = ("in_time", "late", "untimed", "took", "held", "open", "breached")


@dataclass(frozen=True, slots=True)
class Step:
    """Answers of one step of one process, and what waits for the provider's answer now. Times in working days."""

    kind: str
    node: str
    answered: int
    timed: int
    in_time: int
    median: Decimal | None
    ninth: Decimal | None
    waiting: int
    breached: int

    @property
    def share(self) -> int | None:
        """Percent within target; None when nothing had one."""
        return share(self.in_time, self.timed)


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits at the council in this provider's cases."""

    kind: str
    open: int
    breached: int


@dataclass(frozen=True, slots=True)
class Performance:
    """Everything on the page."""

    steps: tuple[Step, ...]
    council: tuple[Waits, ...]
    held: tuple[Stretch, ...]

    @property
    def answered(self) -> Step:
        """All steps together; times of different steps have no common median."""
        return Step(
            "", "",
            sum(step.answered for step in self.steps), sum(step.timed for step in self.steps),
            sum(step.in_time for step in self.steps), None, None,
            sum(step.waiting for step in self.steps), sum(step.breached for step in self.steps),
        )  # fmt: skip

    def with_council(self) -> Waits:
        """All that waits at the council."""
        return Waits("", sum(each.open for each in self.council), sum(each.breached for each in self.council))


def kinds_of(actor: Actor) -> frozenset[str]:
    """The kinds of case of which a provider's person reads the figures: those whose chapter their role has for the
    whole organisation, as reports must be; Forbidden for who has no such reports.
    """
    if not actor.is_provider:
        raise NotFound
    if not may_see(actor):
        raise Forbidden("These figures are of your whole organisation, and your role does not include its reports.")
    return frozenset(
        kind
        for kind in registry.kinds()
        if (function := registry.latest(kind).function) and _everywhere(actor, function)
    )


def may_see(actor: Actor) -> bool:
    """Whether a provider's person has reports of the whole organisation."""
    return actor.is_provider and actor.may(FUNCTION) and _everywhere(actor, FUNCTION)


def of_one(seen: Scope, provider_id: int) -> Organisation:
    """The provider whose figures a manager asks for; NotFound when there is none. `seen` says that they manage."""
    found = Organisation.objects.filter(pk=provider_id).first() if seen.kinds else None
    if found is None:
        raise NotFound
    return found


def read(provider_id: int, kinds: Iterable[str], first: date, last: date) -> Performance:
    """What one provider did, and what waits, in cases of these kinds. One query."""
    wanted = sorted(kinds)
    if not wanted:
        return Performance((), (), ())
    return told(
        folding.figures(
            None, provider_kinds=wanted, first=first, last=last, metrics=list(METRICS), kinds=wanted,
            provider=provider_id, by=("kind", "node", "team_id", "outcome", "bucket"),
        )
    )  # fmt: skip


def told(figures: Sequence[Figure]) -> Performance:
    """The page's figures from those that are kept. Pure."""
    own = [row for row in figures if row.team_id == PROVIDERS and row.metric != "held"]
    council = [row for row in figures if row.team_id != PROVIDERS and row.metric in {"open", "breached"}]
    held = [row for row in figures if row.metric == "held"]
    steps = sorted({(row.kind, row.node) for row in own})
    kinds = sorted({row.kind for row in council})
    return Performance(
        tuple(_step(kind, node, [row for row in own if (row.kind, row.node) == (kind, node)]) for kind, node in steps),
        tuple(Waits(kind, _count(council, "open", kind), _count(council, "breached", kind)) for kind in kinds),
        tuple(Stretch(row.kind, row.outcome, row.team_id, 0, row.count, row.minutes) for row in held),
    )


def rows(found: Performance, words: dict[str, str]) -> list[Row]:
    """Who had the ball, by process."""
    return by_kind(found.held, lambda kind: words.get(kind, kind))


def _step(kind: str, node: str, own: Sequence[Figure]) -> Step:
    in_time, late = _count(own, "in_time"), _count(own, "late")
    took: dict[int, int] = {}
    for row in own:
        if row.metric == "took":
            took[row.bucket] = took.get(row.bucket, 0) + row.count
    enough = sum(took.values()) >= ENOUGH
    return Step(
        kind, node,
        answered=in_time + late + _count(own, "untimed"), timed=in_time + late, in_time=in_time,
        median=tally.percentile(took, 50) if enough else None,
        ninth=tally.percentile(took, 90) if enough else None,
        waiting=_count(own, "open"), breached=_count(own, "breached"),
    )  # fmt: skip


def _count(rows: Iterable[Figure], metric: str, kind: str | None = None) -> int:
    return sum(row.count for row in rows if row.metric == metric and kind in {None, row.kind})


def _everywhere(actor: Actor, function: str) -> bool:
    return actor.may(function) and actor.services_for(function) is None
