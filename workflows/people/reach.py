"""A person's access at a provider as one text: `administration:*`, or `payments:3,5`, joined by `;`. Pure functions.

A request to change it is one field, so it is compared, proposed and decided whole: a role without its reach means
nothing (norfolk-handbook §2, §6).
"""

from collections.abc import Iterable, Mapping

from workflows.council.schema import Council

WHOLE = "*"


def written(places: Iterable[tuple[str, int | None]]) -> str:
    """The text for (role, service or None for the whole organisation) pairs; empty for no access."""
    reach: dict[str, set[int | None]] = {}
    for role, service in places:
        reach.setdefault(role, set()).add(service)
    return ";".join(f"{role}:{_services(services)}" for role, services in sorted(reach.items()))


def places(text: str) -> list[tuple[str, int | None]]:
    """The pairs that a text stands for; ValueError when it is none."""
    found: list[tuple[str, int | None]] = []
    for part in filter(None, text.split(";")):
        role, _, services = part.partition(":")
        found += [(role, None if each == WHOLE else int(each)) for each in services.split(",")]
    return found


def words(text: str, council: Council, services: Mapping[int, str]) -> str:
    """What people read: `Administration, the whole organisation`."""
    names = {role.key: role.name for role in council.roles}
    parts = []
    for part in filter(None, text.split(";")):
        role, _, reach = part.partition(":")
        where = [_place(each, services) for each in reach.split(",")]
        parts.append(f"{names.get(role, role)}, {' and '.join(where)}")
    return "; ".join(parts) or "No access to the portal"


def _services(services: set[int | None]) -> str:
    known = sorted(each for each in services if each is not None)
    return ",".join([*([WHOLE] if None in services else []), *(str(each) for each in known)])


def _place(text: str, services: Mapping[int, str]) -> str:
    return "the whole organisation" if text == WHOLE else services.get(int(text), f"service {text}")
