"""Names of the form's fields of a line's week, and how a figure stands in a box. One place for page, parser and script.

`l7_version` says as what line week 7 was opened; `l7-1-actual-6` is its first row's Actual on Sunday, `l7-1-actual-0`
the one figure of a row without days; `l7-1-missed-3-cause` is why it was missed on Thursday, `l7-1-less-3-cause` why
less is in Actual where no box says it; `l7-n1-quantity` is a row that is added.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

from workflows.council.actuals import Box

#: The boxes in which an absence is recorded, beside the Actual column.
ABSENCES: tuple[Box, ...] = ("frustrated", "missed")
#: What stands in Actual is less than was planned, and no box says so.
LESS = "less"


def line(line_week: int) -> str:
    """The beginning of the names of a line's week."""
    return f"l{line_week}"


def opened(line_week: int) -> str:
    """As what it was opened: its version, and what stood in its boxes. Pages that show what was typed leave it out."""
    return f"{line(line_week)}_version"


def row(line_week: int, number: int | str) -> str:
    """The beginning of the names of one row."""
    return f"l{line_week}-{number}"


def added(index: int) -> str:
    """A row that nobody has saved yet."""
    return f"n{index}"


def cell(line_week: int, number: int | str, box: str, place: int) -> str:
    """A box of a row in a place: a weekday, or 0 for a row without days."""
    return f"{row(line_week, number)}-{box}-{place}"


def figure(units: Decimal, *, always: bool = False) -> str:
    """`3.00`; empty for nothing, unless nothing is said too."""
    return f"{units:.2f}" if units or always else ""


def stamp(line_week: int, version: int, controls: Mapping[str, str]) -> str:
    """What `opened` carries: the version, and what stood in the boxes, by the ends of their names."""
    beginning = len(line(line_week)) + 1
    said = {name[beginning:]: value.strip() for name, value in sorted(controls.items()) if value.strip()}
    return f"{version}:{json.dumps(said, separators=(',', ':'), ensure_ascii=False)}"


def begun(line_week: int, text: str) -> tuple[int, dict[str, str]] | None:
    """The version that a form was opened with, and what stood in its boxes; None for what no page has written."""
    version, _, said = text.partition(":")
    try:
        found = json.loads(said)
    except ValueError:
        return None
    if not version.isdecimal() or len(version) > 9 or not isinstance(found, dict):
        return None
    return int(version), {f"{line(line_week)}-{name}": str(value) for name, value in found.items()}


def of_line(data: Mapping[str, str], line_week: int) -> dict[str, str]:
    """What was posted for a line's week."""
    beginning = f"{line(line_week)}-"
    return {name: value for name, value in data.items() if name.startswith(beginning)}
