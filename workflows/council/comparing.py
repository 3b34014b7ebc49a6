"""What one profile says otherwise than another, in words: pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from .examples import shortened
from .schema import Council

#: What an entry of a list is known by: the first of these that it has whole.
KNOWN_BY = (
    ("key",), ("word",), ("header",), ("cause", "kinds", "start"), ("box", "kinds"), ("desk", "service_group"),
    ("service_level", "start"), ("service_group",), ("start",), ("week",), ("at", "tell"), ("up_to",), ("percent",),
    ("text",), ("name",),
)  # fmt: skip


LONG = 60


def differences(old: Council, new: Council) -> list[str]:
    """Lines such as `[sign_in] lock_after: 3 becomes 5`, in the order of the schema; empty when nothing differs."""
    return [*_of_table(old, new, "")]


def _of_table(old: BaseModel, new: BaseModel, place: str) -> Iterator[str]:
    for name in type(old).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield from _of_value(was, now, f"{place}.{name}".strip("."), f"[{place}] {name}" if place else name)


def _of_value(was: Any, now: Any, place: str, said: str) -> Iterator[str]:
    if isinstance(was, BaseModel) and isinstance(now, BaseModel):
        yield from _of_table(was, now, place)
    elif isinstance(was, BaseModel) or isinstance(now, BaseModel):
        yield f"[{place}] is new" if was is None else f"[{place}] is gone"
    elif _is_list(was) or _is_list(now):
        yield from _of_list(was or (), now or (), place)
    elif isinstance(was, dict) and isinstance(now, dict):
        changed = [key for key in {**was, **now} if was.get(key) != now.get(key)]
        yield from (f"{said} {key}: {_words(was.get(key))} becomes {_words(now.get(key))}" for key in changed)
    elif isinstance(was, str) and isinstance(now, str) and len(was) > LONG and len(now) > LONG:
        yield f"{said}: has other words"
    else:
        yield f"{said}: {_words(was)} becomes {_words(now)}"


def _of_list(was: Sequence[BaseModel], now: Sequence[BaseModel], place: str) -> Iterator[str]:
    """Entries that are gone, new or changed; those that nothing tells apart are compared whole."""
    old, new = ({_known_by(each): each for each in entries} for entries in (was, now))
    for key in [each for each in old if each not in new]:
        yield f"[[{place}]] gone: {_called(old[key])}"
    for key in [each for each in new if each not in old]:
        yield f"[[{place}]] new: {_called(new[key])}"
    for key in [each for each in old if each in new]:
        for line in _of_table(old[key], new[key], place):
            yield f"[[{place}]] {_called(new[key])}: {line.removeprefix(f'[{place}] ')}"
    if old == new and [*old] != [*new]:
        yield f"[[{place}]] another order: {', '.join(map(_called, now))}"


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], BaseModel)


def _known_by(entry: BaseModel) -> Any:
    fields = type(entry).model_fields
    known = next((names for names in KNOWN_BY if all(name in fields for name in names)), tuple(fields))
    return tuple((name, getattr(entry, name)) for name in known)


def _called(entry: BaseModel) -> str:
    """An entry as people know it: its label or name, and its key."""
    name = getattr(entry, "label", None) or getattr(entry, "name", None)
    known = " ".join(_words(value) for _, value in _known_by(entry) if value)
    return f"{name} ({known})" if name and name != known else known


def _words(value: Any) -> str:
    if value is None or value == "" or value == frozenset() or value == ():
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return shortened(str(value).strip())
