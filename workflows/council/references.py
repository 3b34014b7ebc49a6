"""Who names whom in a profile: every key that one table takes from another.

It reads what a file says as well as what was made of it, so that a file with other mistakes is told these too.
"""

from collections.abc import Collection, Iterator
from typing import Any

from .faults import Fault, unknown
from .locate import Path

#: Where a key stands, and in which list it must be declared. `*` is every entry of a list or table, `~`
#: every key of a table.
REFERENCES: tuple[tuple[str, str], ...] = (
    ("desks.*", "teams"),
    ("routes.*.team", "teams"),
    ("routes.*.service_group", "service_groups"),
    ("teams.*.keeper", "own teams"),
    ("actions.teams.*", "own teams"),
    ("actions.types.*.teams.*", "own teams"),
    ("actions.senders.*.answers_to", "own teams"),
    ("actuals.teams.*", "teams"),
    ("actuals.notice.team", "own teams"),
    ("actuals.notice.type", "types"),
    ("actuals.kinds.*.service_group", "service_groups"),
    ("actuals.go_live.*.service_group", "service_groups"),
    ("actuals.unexplained", "causes"),
    ("actuals.rules.*.cause", "causes"),
    ("actuals.rules.*.kinds.*", "kinds"),
    ("actuals.never.*.kinds.*", "kinds"),
    ("actuals.monitoring.kinds.*", "kinds"),
    ("invoices.support", "types"),
    ("payments.file.codes.*.service_groups.~", "service_groups"),
)
#: Where each list is declared.
LISTS = {
    "teams": "teams.*.key",
    "service_groups": "service_groups.*.key",
    "types": "actions.types.*.key",
    "causes": "actuals.causes.*.key",
    "kinds": "actuals.kinds.*.key",
}


def faults(data: object, lists: Collection[str] = ()) -> Iterator[Fault]:
    """Every key that is declared nowhere: of these lists, or of all."""
    declared = {name: {str(key) for _, key in found(data, where)} for name, where in LISTS.items()}
    declared["own teams"] = declared["teams"] - _outside(data)
    for where, name in REFERENCES:
        for path, key in found(data, where) if not lists or name in lists else ():
            if isinstance(key, str) and key not in declared[name]:
                yield Fault(path, unknown(key, declared[name]))


def found(data: object, where: str) -> list[tuple[Path, Any]]:
    """Every value at a place such as `teams.*.key`, with its own path; those that are not there are left out."""
    values: list[tuple[Path, Any]] = [((), data)]
    for part in where.split("."):
        values = [((*path, name), each) for path, value in values for name, each in _inside(value, part)]
    return values


def _outside(data: object) -> set[str]:
    """The teams that do not work here; what is theirs is kept by another."""
    keys = dict(found(data, "teams.*.key"))
    return {str(keys[(*path[:2], "key")]) for path, is_it in found(data, "teams.*.outside")
            if is_it and (*path[:2], "key") in keys}  # fmt: skip


def _inside(value: Any, part: str) -> list[tuple[int | str, Any]]:
    if part == "~":
        return [(name, name) for name in value] if isinstance(value, dict) else []
    if part != "*":
        each = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        return [] if each is None else [(part, each)]
    if isinstance(value, dict):
        return [*value.items()]
    if isinstance(value, list | tuple):
        return [*enumerate(value)]
    return [*enumerate(sorted(value))] if isinstance(value, frozenset | set) else []
