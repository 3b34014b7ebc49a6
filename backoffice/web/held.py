"""Who had the ball: a bar with widths in working time, drawn without a style attribute, and a table that says the same.

Every minute is one of `workflows.engine.spans`: measured by the calendar that held when the span ended, up to now for
the one that has not. The parts add up exactly to the whole, and the table shows them to the minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workflows.engine.calendar import Calendar, council_calendar
from workflows.engine.clocks import minutes_in_words
from workflows.engine.spans import Span

from .words import moment, plural

COUNCIL, PROVIDER, SYSTEM = "council", "provider", "system"
SIDES = {"team": COUNCIL, "provider": PROVIDER, "system": SYSTEM}
SIDE_WORDS = {COUNCIL: "Council", PROVIDER: "Provider", SYSTEM: "System"}
TENTH = Decimal("0.1")
#: The bar is at least so wide, in pixels, where words stand in it (from 960 px on), and where only numbers do.
WIDE, NARROW = 860, 260
LETTER, NUMBER, EDGE = Decimal("8.4"), 22, 16  # of bold 15 px; a number with its room; the room beside words
PLAIN = Decimal("7.4")  # a letter of plain 15 px, as the dates under the bar have it


@dataclass(frozen=True, slots=True)
class Part:
    """One holder's time: working `minutes`; `ended` None when they have it still."""

    who: str
    side: str
    begun: datetime
    ended: datetime | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part as the bar has it: its place in percent, and what there is room for."""

    number: int
    part: Part
    left: Decimal
    share: Decimal
    words: str
    wide: int

    @property
    def fits(self) -> bool:
        """Whether the words can be read in the bar of a wide screen."""
        return len(self.words) * LETTER + EDGE <= self.share * self.wide / 100

    @property
    def since(self) -> str:
        """When it began, as it stands under the bar."""
        return moment(self.part.begun)

    @property
    def dated(self) -> bool:
        """Whether there is room for that under the part; if not, the table has it."""
        return len(self.since) * PLAIN + EDGE <= self.share * self.wide / 100

    @property
    def numbered(self) -> str:
        """On which screens its number can be read: `always`, `wide` or nowhere."""
        if self.share * NARROW / 100 >= NUMBER:
            return "always"
        return "wide" if self.share * self.wide / 100 >= NUMBER else ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a page shows: the bar, what each side held in all, and every part."""

    parts: Sequence[Part]
    day: int  # working minutes of a usual day
    wide: int = WIDE

    @property
    def minutes(self) -> int:
        """All of it."""
        return sum(part.minutes for part in self.parts)

    @property
    def sides(self) -> list[tuple[str, str]]:
        """(side, words) of each side that ever held it: `Provider: 6.5 working days`."""
        return [(side, f"{SIDE_WORDS[side]}: {self.words(minutes)}") for side, minutes in self._by_side()]

    @property
    def whole(self) -> str:
        """`Together: 8.2 working days`."""
        return f"Together: {self.words(self.minutes)}"

    @property
    def rows(self) -> list[dict[str, str]]:
        """The table that says the same as the bar, to the minute."""
        return [
            {
                "number": str(number),
                "who": part.who,
                "side": SIDE_WORDS[part.side],
                "from": moment(part.begun),
                "to": "now" if part.ended is None else moment(part.ended),
                "time": minutes_in_words(part.minutes),
            }
            for number, part in enumerate(self.parts, 1)
        ]

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The last rows of the table: what each side held, and all of it."""
        sides = [(f"{SIDE_WORDS[side]} in all", minutes_in_words(minutes)) for side, minutes in self._by_side()]
        return [*(sides if len(sides) > 1 else []), ("Together", minutes_in_words(self.minutes))]

    @property
    def drawn(self) -> list[Drawn]:
        """The parts as the bar has them."""
        shares = _shares([part.minutes for part in self.parts])
        lefts = accumulate(shares, initial=Decimal(0))
        return [
            Drawn(number, part, left, share, f"{part.who}, {self.short(part.minutes)}", self.wide)
            for number, (part, left, share) in enumerate(zip(self.parts, lefts, shares, strict=False), 1)
        ]

    @property
    def all_fit(self) -> bool:
        """Whether a wide screen needs no list beside the bar."""
        return all(each.fits for each in self.drawn)

    def words(self, minutes: int) -> str:
        """Working time in words: hours below one day, else days with one decimal."""
        if minutes < 60:
            return plural(minutes, "working minute")
        if minutes < self.day:
            return _number(Decimal(minutes) / 60, "working hour")
        return _number(Decimal(minutes) / self.day, "working day")

    def short(self, minutes: int) -> str:
        """The same in the bar, beside a key that says working days: `3.3 days`."""
        return self.words(minutes).replace(" working ", " ")

    def svg(self) -> SafeString:
        """The bar. A part without working time is a hair's breadth, so that it is seen at all."""
        body = SafeString("".join(self._part(each) for each in self.drawn))
        return format_html(
            '<svg class="cc-held" role="img" aria-label="{}"><defs>'
            '<pattern id="cc-held-provider" width="12" height="12" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect class="cc-held__tint" width="12" height="12"/>'
            '<rect class="cc-held__stripe" width="6" height="12"/></pattern>'
            '<pattern id="cc-held-system" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<rect class="cc-held__plain" width="8" height="8"/><circle class="cc-held__dot" cx="4" cy="4" r="1.5"/>'
            '</pattern></defs>{}<rect class="cc-held__frame" width="100%" height="46"/></svg>',
            f"Who had it when. {'. '.join(words for _, words in self.sides)}. {self.whole}.",
            body,
        )

    def _part(self, each: Drawn) -> SafeString:
        """A part with its words where they fit, and its number where they do not and on narrow screens."""
        texts = []
        if each.fits:
            texts.append(("wide", each.words))
        if each.numbered == "always" or (each.numbered and not each.fits):
            shown = "narrow" if each.fits else each.numbered
            texts.append((shown, str(each.number)))
        said = format_html_join(
            "",
            '<text class="cc-held__words cc-held__words--{} cc-held__words--on-{}" x="8" y="28">{}</text>',
            ((each.part.side, shown, text) for shown, text in texts),
        )
        date = format_html('<text class="cc-held__date" x="6" y="64">{}</text>', each.since) if each.dated else ""
        return format_html(
            '<svg x="{}%" width="{}%"><rect class="cc-held__{}" width="100%" height="46">'
            '<title>{}</title></rect>{}<line class="cc-held__tick" x1="0.5" y1="46" x2="0.5" y2="70"/>{}</svg>',
            each.left,
            each.share,
            each.part.side,
            f"{each.number}. {each.words}",
            said,
            date,
        )

    def _by_side(self) -> list[tuple[str, int]]:
        sides = [side for side in SIDE_WORDS if any(part.side == side for part in self.parts)]
        return [(side, sum(part.minutes for part in self.parts if part.side == side)) for side in sides]


def held(spans: Iterable[Span], *, provider: str, wide: int = WIDE, calendar: Calendar | None = None) -> Held:
    """Show the spans of a case; `provider` is what its provider is called. Nobody holds it once it is closed.

    `wide`: how wide the bar is on a screen of 960 px.
    """
    parts = [
        Part(_who(span, provider), SIDES[span.holder], span.begun, span.ended, span.minutes or 0)
        for span in spans
        if span.holder in SIDES
    ]
    return Held(parts, _usual_day(calendar or council_calendar()), wide)


def _who(span: Span, provider: str) -> str:
    if span.holder == "provider":
        return provider
    return "Concord" if span.holder == "system" else span.team


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
