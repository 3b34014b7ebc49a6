"""A line's events as sentences."""

from collections.abc import Mapping, Sequence

from backoffice.web.line_words import levels_named, sentences
from backoffice.web.pieces import Entry
from backoffice.web.words import upper_first
from workflows.engine.selectors import Chapter
from workflows.register.recording import SAID

TITLES = {"line.ended": "End date recorded", "line.contribution": "Contribution set"}


def entries(chapters: Sequence[Chapter]) -> list[Entry]:
    """The story of a line, newest first."""
    levels = levels_named(chapters)
    return [_entry(chapter, levels) for chapter in reversed(chapters)]


def _entry(chapter: Chapter, levels: Mapping[int, str]) -> Entry:
    title = TITLES.get(chapter.kind) or _participle(SAID.get(chapter.kind, chapter.verb))
    reason = chapter.words.get("reason", "")
    words = "The words were erased." if reason == "(erased)" else f"“{reason}”" if reason else ""
    return Entry(title=title, when=chapter.at, by=chapter.actor, text=words, lines=sentences(chapter.facts, levels))


def _participle(said: str) -> str:
    """`changed the line` becomes the title `Line changed`."""
    verb, _, thing = said.partition(" the ")
    return upper_first(f"{thing} {verb}") if thing else upper_first(said)
