"""Who held a case when: a bar with widths in working time, drawn without a style attribute, and its table.

Read from the case's own events, which say after each step who holds it; working time is the council's calendar, and
the parts add up exactly to the whole, because each begins at the minute in which the one before it ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workflows.engine.calendar import Calendar
from workflows.engine.selectors import Chapter

from .words import moment, plural

COUNCIL, PROVIDER, SYSTEM = "council", "provider", "system"
SIDES = {"team": COUNCIL, "provider": PROVIDER, "system": SYSTEM}
SIDE_WORDS = {COUNCIL: "Council", PROVIDER: "Provider", SYSTEM: "System"}
TENTH = Decimal("0.1")
#: Narrower than this part of the bar, words would not fit into it; the table has them.
ROOM = Decimal(14)


@dataclass(frozen=True, slots=True)
class Part:
    """One holder's time: working `minutes`, and `now` when it has not ended."""

    who: str
    side: str
    begun: datetime
    ended: datetime
    minutes: int
    now: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a page shows: the bar, what each side held in all, and every part."""

    parts: Sequence[Part]
    day: int  # working minutes of a usual day

    @property
    def minutes(self) -> int:
        """All of it."""
        return sum(part.minutes for part in self.parts)

    @property
    def sides(self) -> list[tuple[str, str]]:
        """(side, words) of each side that ever held it: `Provider: 6.5 working days`."""
        found = [side for side in SIDE_WORDS if any(part.side == side for part in self.parts)]
        return [(side, f"{SIDE_WORDS[side]}: {self.words(self._of(side))}") for side in found]

    @property
    def whole(self) -> str:
        """`Together: 8.2 working days`."""
        return f"Together: {self.words(self.minutes)}"

    @property
    def rows(self) -> list[dict[str, str]]:
        """The table that says the same as the bar."""
        return [
            {
                "who": part.who,
                "side": SIDE_WORDS[part.side],
                "from": moment(part.begun),
                "to": "now" if part.now else moment(part.ended),
                "time": self.words(part.minutes),
            }
            for part in self.parts
        ]

    def words(self, minutes: int) -> str:
        """Working time in words: hours below one day, else days with one decimal."""
        if minutes < 60:
            return plural(minutes, "working minute")
        if minutes < self.day:
            return _number(Decimal(minutes) / 60, "working hour")
        return _number(Decimal(minutes) / self.day, "working day")

    def svg(self) -> SafeString:
        """The bar. A part without working time is a hair's breadth, so that it is seen at all."""
        shares = _shares([part.minutes for part in self.parts])
        left, drawn = Decimal(0), []
        for part, share in zip(self.parts, shares, strict=True):
            words = f"{part.who}, {self.words(part.minutes)}" if share >= ROOM else ""
            drawn.append((left, share, part.side, f"{part.who}: {self.words(part.minutes)}", part.side, words))
            left += share
        body = format_html_join(
            "",
            '<svg x="{}%" width="{}%" height="46"><rect class="cc-held__{}" width="100%" height="46">'
            '<title>{}</title></rect><text class="cc-held__words cc-held__words--{}" x="8" y="28">{}</text></svg>',
            drawn,
        )
        return format_html(
            '<svg class="cc-held" height="46" role="img" aria-label="{}"><defs>'
            '<pattern id="cc-held-provider" width="12" height="12" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect class="cc-held__tint" width="12" height="12"/>'
            '<rect class="cc-held__stripe" width="6" height="12"/></pattern>'
            '<pattern id="cc-held-system" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<rect class="cc-held__plain" width="8" height="8"/><circle class="cc-held__dot" cx="4" cy="4" r="1.5"/>'
            "</pattern></defs>{}</svg>",
            f"Who held it when. {'. '.join(words for _, words in self.sides)}. {self.whole}.",
            body,
        )

    def _of(self, side: str) -> int:
        return sum(part.minutes for part in self.parts if part.side == side)


def held(
    chapters: Iterable[Chapter], calendar: Calendar, now: datetime, *, provider: str, teams: Mapping[int, str]
) -> Held:
    """Read a case's parts from its story; nobody holds it once it is closed."""
    parts: list[Part] = []
    holding: tuple[str, int | None] | None = None
    for chapter in chapters:
        told = (str(chapter.facts.get("holder", "nobody")), chapter.facts.get("holder_team"))
        if told == holding:
            continue
        holding = told
        if parts and parts[-1].now:
            parts[-1] = _ended(parts[-1], chapter.at, calendar)
        if told[0] in SIDES:
            who = {"provider": provider, "system": "Concord"}.get(told[0]) or teams.get(told[1] or 0, "The council")
            parts.append(Part(who, SIDES[told[0]], chapter.at, chapter.at, 0, now=True))
    if parts and parts[-1].now:
        last = _ended(parts[-1], now, calendar)
        parts[-1] = Part(last.who, last.side, last.begun, now, last.minutes, now=True)
    return Held(parts, _usual_day(calendar))


def team_ids(chapters: Iterable[Chapter]) -> set[int]:
    """The teams that ever held it, so that a page can read their names at once."""
    found = {each.facts.get("holder_team") for each in chapters}
    return {each for each in found if isinstance(each, int)}


def _ended(part: Part, at: datetime, calendar: Calendar) -> Part:
    return Part(part.who, part.side, part.begun, at, calendar.minutes_between(part.begun, at))


def _usual_day(calendar: Calendar) -> int:
    """The longest of a week's working days, in minutes."""
    lengths = [
        int((datetime.combine(date.min, end) - datetime.combine(date.min, start)).total_seconds()) // 60
        for start, end in calendar.hours.values()
    ]
    return max(lengths, default=0) or 1


def _shares(minutes: Sequence[int]) -> list[Decimal]:
    """Percent of each part; together exactly a hundred, and none below half a percent."""
    whole = sum(minutes)
    if not minutes:
        return []
    raw = [max(Decimal(each) * 100 / whole if whole else Decimal(1), Decimal("0.5")) for each in minutes]
    scaled = [(each * 100 / sum(raw)).quantize(Decimal("0.01")) for each in raw]
    scaled[scaled.index(max(scaled))] += 100 - sum(scaled)
    return scaled


def _number(amount: Decimal, one: str) -> str:
    rounded = amount.quantize(TENTH, ROUND_HALF_UP)
    plain = f"{rounded:f}".removesuffix(".0")
    return f"{plain} {one if rounded == 1 else one + 's'}"
