"""A council needs one file and nothing else: an invented one says all otherwise than the five that are shipped."""

import copy
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from tests.councils import FOLDER, POLICIES, SHIPPED
from workflows.council import axes, checking, examples
from workflows.council.axes import Axis
from workflows.council.locate import Path
from workflows.council.profile import load
from workflows.council.schema import Council

FIVE = [load(FOLDER / f"{name}.toml") for name in SHIPPED]
SIXTH = load(POLICIES / "westmere.toml")
#: What cannot be said beside something else that the sixth council says: minutes to the nearest so many beside bands;
#: a file with one row a payment beside codes of lines.
EITHER = {("actuals", "monitoring", "rounding", "nearest"), ("payments", "file", "rows")}
AXES = [each for each in axes.axes(Council) if each.inside is None]


def said(council: Council, path: tuple[str, ...]) -> list[Any]:
    """What a council has at a place, written or taken; every entry of a list counts. Of a module that is absent,
    nothing."""
    found: list[Any] = [council]
    for name in path:
        tables = [one for each in found for one in (each if isinstance(each, tuple) else [each])]
        found = [getattr(each, name) for each in tables if each is not None]
    return [tuple(sorted(each.items())) if isinstance(each, dict) else each for each in found]


def not_otherwise(sixth: Council, five: list[Council]) -> Iterator[str]:
    """The axes on which one council says nothing that the others do not say too.

    Where the others have all that may be written between them, something else than what is commonest will do.
    """
    for axis in AXES:
        mine, theirs = said(sixth, axis.path), [value for each in five for value in said(each, axis.path)]
        new = set(mine) - set(theirs) - {None, "", (), frozenset()}
        every = _all_there_is(axis)
        other = len(every) == 1 or set(mine) - _commonest(theirs)
        if not new and not (every <= set(theirs) and other) and axis.path not in EITHER:
            yield ".".join(axis.path)


def _commonest(values: list[Any]) -> set[Any]:
    """What most say; nothing when several are said as often."""
    counted = Counter(values).most_common(2)
    return {counted[0][0]} if len({count for _, count in counted}) == len(counted) > 0 else set()


def _all_there_is(axis: Axis) -> set[Any]:
    """The values of an axis that has few; otherwise one that nobody has."""
    annotation = axis.info.annotation
    if annotation is bool:
        return {True, False}
    options = [each for each in (annotation, *get_args(annotation)) if axes.first_allowed(each) is not None]
    return set(get_args(options[0])) if options and get_args(options[0]) else {object()}


def test_the_sixth_council_differs_from_the_five_on_every_axis() -> None:
    assert [*not_otherwise(SIXTH, FIVE)] == []


def test_what_does_not_differ_is_found() -> None:
    like = SIXTH.model_copy(update={"sign_in": FIVE[0].sign_in, "short_name": FIVE[1].short_name})
    found = {*not_otherwise(like, FIVE)}
    assert {"short_name", "sign_in.lock_after", "sign_in.password.min_length"} <= found
    assert "name" not in found


#: What is written where something else belongs.
WRONG = (7, "x!", [], {}, True, ["x!"], [{}], {"x": 1}, -1.5, "<fill in>")


def places(value: Any, above: Path = ()) -> Iterator[Path]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*above, name)
        yield from places(each, (*above, name))


def test_whatever_stands_in_a_profile_is_taken_or_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of a whole profile in turn says something else: it is never an error of ours."""
    examples.profiles()  # read before there is another reader of files
    text = (POLICIES / "westmere.toml").read_text(encoding="utf-8")
    whole = tomllib.loads(text)
    examples.profiles()  # kept from now on: read inside, it would be the wrong ones for every later test
    for number, place in enumerate(places(whole)):
        data = copy.deepcopy(whole)
        found: Any = data
        for part in place[:-1]:
            found = found[part]
        found[place[-1]] = WRONG[number % len(WRONG)]
        monkeypatch.setattr(checking.tomllib, "loads", lambda _text, data=data: data)
        checked = checking.check("mine.toml", text)
        assert (checked.council is None) == bool(checked.lines), place
        assert all(" line " in line for line in checked.lines), place
