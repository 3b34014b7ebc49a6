"""Tells every setting of a profile, as a page for a council's officer: from the schema, so that it cannot drift."""

from collections.abc import Iterator

from . import axes, checking, running
from .axes import Axis
from .schema import Council

HEAD = """<!-- Written by `./concord manage document_councils`; a test compares it with the schema. -->
# What a council sets

A council is one file, `fixtures/councils/<name>.toml`, and nothing else: what is not in it is the same everywhere. No
programme asks which council it serves.

- `./concord manage council new NAME` writes a new file with every setting explained. Fill in what says `<fill in>`.
- `./concord manage council check FILE` says line by line what is wrong and what would be right, and what is taken for
  what the file does not say.
- `./concord manage council diff FILE` says what a file would change for the council that runs, and what that would
  strand: open work, people, services, payments.
- `./concord manage council load` takes the council's file over, and refuses what would strand something. Then start
  Concord again.
- `./concord demo --council NAME` shows the council with synthetic people and work.

How it is written: `[so]` begins a table; `[[so]]` begins an entry of a list, as often as there are entries. Words stand
in quotation marks, long ones between three of them. Days are written `2026-04-06`, hours `17:00:00`, yes and no
`true` and `false`. What follows a `#` is for people: say there where a value comes from.

A working day is a day with hours in `[calendar]` that is neither a bank holiday nor a closure day. A time for something
is always so many working days or working hours.
"""
LISTS = """
## Lists that are edited while the council runs
The file says what these begin with. From then on an administrator adds to them, rewords, retires and orders entries on
the page Administration, Lists; closure days have the page Calendar and closure days. Loading a changed file adds what
is new in it, never changes a word of them, and is refused when it leaves out what a case has. `council diff` says where
the file and the running lists differ.

| List | In the file | What is edited | What stays the file's |
|---|---|---|---|
"""
COLUMNS = "| Setting | What it means | What may be written | When it is left out |\n|---|---|---|---|\n"


def page() -> str:
    """The whole page, in Markdown."""
    return HEAD + _lists() + "".join(_chapters())


def _lists() -> str:
    """The lists that an administrator edits."""
    rows = []
    for each in running.EDITABLE:
        edited = [part.name for part in each.parts]
        left = [name for name in each.of.model_fields if name not in {*edited, "key", "retired"}]
        names = ", ".join(f"`{name}`" for name in edited)
        kept = ", ".join(f"`{name}`" for name in left) or "nothing"
        rows.append(f"| {each.title} | `[[{each.path}]]` | {names} | {kept} |\n")
    rows.append("| Closure days | `closure_days` in `[calendar]` | the days that come, and why | nothing |\n")
    return LISTS + "".join(rows)


def _chapters() -> Iterator[str]:
    yield f"\n## The council itself\nThese stand at the top of the file.\n\n{_settings(())}"
    for axis in axes.axes(Council):
        if axis.inside is not None:
            yield f"\n## `{checking.where(axis.path)}`\n{_about(axis)}\n\n{_settings(axis.path)}"


def _about(axis: Axis) -> str:
    """What a table is for and, when it may be left out, that."""
    return axis.words if axis.required else f"{axis.words} It may be left out."


def _settings(table: tuple[str, ...]) -> str:
    rows = [each for each in axes.axes(Council) if each.path[:-1] == table and each.inside is None]
    return COLUMNS + "".join(_row(each) for each in rows) if rows else "It holds the tables that follow.\n"


def _row(axis: Axis) -> str:
    left = "must be given" if axis.required else checking.taken(axis)
    cells = (f"`{axis.name}`", axis.words, axis.allowed, left)
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |\n"
