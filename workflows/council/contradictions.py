"""What a profile's actuals must not say: names of nothing, two rules of a week, a box that may and may not be used."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from . import references
from .faults import Fault, twice

#: `actuals.Actuals` and `actuals.Rule`: they ask these questions themselves, and no two files import each other.
Actuals = Any
Rule = Any


def of_names(actuals: Actuals) -> Iterator[Fault]:
    """Keys that are declared nowhere or twice; paths are those inside `[actuals]`."""
    for fault in references.faults({"actuals": actuals}, {"causes", "kinds"}):
        yield Fault(fault.path[1:], fault.said)
    yield from twice([each.key for each in actuals.kinds], ("kinds",))
    yield from twice([each.key for each in actuals.causes], ("causes",))
    yield from twice([each.service_group for each in actuals.go_live], ("go_live",), "service_group")
    taken: set[str] = set()
    for place, kind in enumerate(actuals.kinds):
        mine = kind.levels or {f"every other level of {kind.service_group}"}
        if again := sorted(mine & taken):
            said = f"declares {', '.join(again)} more than once: a level is recorded as one kind"
            yield Fault(("kinds", place, "levels"), said)
        taken |= mine


def of_rules(actuals: Actuals) -> Iterator[Fault]:
    """Rules that raise something for nobody, use a box that a kind lacks, or hold beside another of the same."""
    for place, rule in enumerate(actuals.rules):
        for raised in sorted(rule.raises() - set(actuals.teams)):
            said = f"raises something for nobody: say in [actuals.teams] which team has {raised}"
            yield Fault(("rules", place, "cause"), said)
        for kind in sorted(rule.kinds) if rule.taken else ():
            boxes = actuals.kind(kind).boxes
            if rule.box not in boxes:
                said = f"names {rule.box!r}, which {kind} does not have; its boxes are {', '.join(boxes)}"
                yield Fault(("rules", place, "box"), said)
    for (_, one), (place, other) in combinations(enumerate(actuals.rules), 2):
        if one.cause == other.cause and one.kinds & other.kinds and _overlap(one, other):
            both = ", ".join(sorted(one.kinds & other.kinds))
            said = (
                f"two rules for {one.cause} of {both} hold in the same week: give them start and end, or take one out"
            )
            yield Fault(("rules", place, "cause"), said)
    for place, never in enumerate(actuals.never):
        if used := sorted(kind for kind in never.kinds if never.box in actuals.kind(kind).boxes):
            said = f"{never.box} is among the boxes of {', '.join(used)}: take it out there or here"
            yield Fault(("never", place, "box"), said)


def _overlap(one: Rule, other: Rule) -> bool:
    ends_before = one.end and other.start and one.end < other.start
    begins_after = other.end and one.start and other.end < one.start
    return not (ends_before or begins_after)
