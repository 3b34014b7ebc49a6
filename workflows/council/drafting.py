"""Writes a new profile: every setting with what it means, what may be written, what most of the councils that come with
Concord have; `<fill in>` where only the council knows.
"""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from . import axes, checking, examples
from .axes import Axis
from .checking import TO_FILL
from .kinds import EVERY_KIND
from .roles import EVERY_FUNCTION
from .schema import Council
from .teams import EVERY_DESK

HEAD = """# {name}: a council profile. Fill in what says {mark}, then run: ./concord manage council check {file}
# What most councils have is filled in already. Say behind each value where it comes from: the document and its section,
# or "assumed". A line that begins with # and no space is a setting that may be left out: take the # away to use it.
"""
#: The first team and the first role can do everything; further ones less.
FIRST: dict[tuple[str, ...], Any] = {
    ("teams", "reads"): list(EVERY_KIND),
    ("roles", "edit"): list(EVERY_FUNCTION),
    ("roles", "administers_users"): True,
    ("roles", "number"): 1,
    ("desks",): dict.fromkeys(EVERY_DESK, TO_FILL),
    ("actions", "types", "related"): ["contract", "client", "service", "contact", "provider"],
}


def draft(name: str) -> str:
    """The text of a new profile of this name."""
    lines = [HEAD.format(name=name, mark=TO_FILL, file=f"{name}.toml")]
    lines += _settings((), off=False, own={"key": name})
    for axis in axes.axes(Council):
        if axis.inside is not None:
            lines += _table(axis)
    return "\n".join(lines) + "\n"


def _table(axis: Axis) -> Iterator[str]:
    """A table, or the entries of a list of tables; in one that may be left out every line is switched off."""
    above = [axes.at(Council, axis.path[:length]) for length in range(1, len(axis.path) + 1)]
    off = any(each is not None and not each.required for each in above)
    yield ""
    yield f"# {axis.words}"
    many = examples.commonest(axis.path) if axis.many else None
    header = f"[[{'.'.join(axis.path)}]]" if axis.many else f"[{'.'.join(axis.path)}]"
    if many is not None and _most_say(many):
        yield f"# The same in {many.count} of {many.of} councils. Of each entry:"
        for each in axes.axes(Council):
            if each.path[:-1] == axis.path:
                yield f"#   {each.name}: {each.words} Write {each.allowed}."
        for entry in many.value:
            yield ""
            yield from _switched([header, *(f"{key} = {written(value)}" for key, value in entry.items())], off=off)
        return
    yield from _switched([header], off=off)
    yield from _settings(axis.path, off=off)


def _switched(lines: list[str], *, off: bool) -> list[str]:
    return [f"#{line}" for each in lines for line in each.splitlines()] if off else lines


def _settings(table: tuple[str, ...], *, off: bool, own: dict[str, Any] | None = None) -> list[str]:
    lines: list[str] = []
    for axis in axes.axes(Council):
        if axis.path[:-1] == table and axis.inside is None:
            lines += _setting(axis, off=off, own=own or {})
    return lines


def _setting(axis: Axis, *, off: bool, own: dict[str, Any]) -> list[str]:
    """Its explanation and its value; one that may be left out is switched off, unless most councils say it."""
    usual = examples.commonest(axis.path)
    value = own.get(axis.name, FIRST.get(axis.path, _value(axis, usual)))
    needed = axis.required or axis.path in FIRST or (not _of_a_list(axis) and _most_say(usual))
    left = "" if axis.required else f" Left out: {checking.taken(axis)}."
    most = f" Most often: {usual.words}." if usual else ""
    about = [f"# {axis.words}", f"#   Write {axis.allowed}.{left}{most}"]
    return [*about, *_switched([f"{axis.name} = {written(value)}"], off=off or not needed)]


def _value(axis: Axis, usual: examples.Usual | None) -> Any:
    """What most councils have; what is a name or a key is for the council to say."""
    if usual is not None and usual.count > usual.of // 2 and not _of_a_list(axis):
        return usual.value
    if not axis.required:
        return _plain(axis.info.get_default(call_default_factory=True))
    return [TO_FILL] if axis.allowed.startswith(axes.A_LIST) else TO_FILL


def _of_a_list(axis: Axis) -> bool:
    """Whether it stands in the entries of a list: what one entry has is no example for another."""
    table = axes.at(Council, axis.path[:-1])
    return table is not None and table.many


def _most_say(usual: examples.Usual | None) -> bool:
    """Whether it is what more than half of all councils have."""
    return usual is not None and usual.count > len(examples.profiles()) // 2


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | date | time | dict):
        return TO_FILL if value is None else value
    return sorted(map(str, value)) if isinstance(value, frozenset | tuple) else str(value)


def written(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\")
        return f'"""\n{quoted.strip()}\n"""' if "\n" in value else '"' + quoted.replace('"', '\\"') + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {written(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return value.isoformat() if isinstance(value, date | time) else str(value)
