"""How long each side held cases: the words, the figures that add up, and the bar, the same for the council's pages and
for a provider's own. Patterns as well as colour; what a bar says stands beside it in words and below it in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workflows.engine.calendar import council_calendar
from workflows.insight import ball

#: The classes of the bar's parts; what neither side has is drawn as the system's time is.
CLASSES = {ball.COUNCIL: "council", ball.PROVIDER: "provider", ball.NEITHER: "system"}
#: A part narrower than this many percent has no room for its figure.
ROOM = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One side as the bar and its key have it; `share` in whole percent, `days` in tenths."""

    css: str
    name: str
    days: int
    share: int
    left: int = 0

    @property
    def words(self) -> str:
        """`Council: 412.3 working days, 31%`."""
        return f"{self.name}: {days_words(self.days)}, {self.share}%"


@dataclass(frozen=True, slots=True)
class Bar:
    """The sides side by side: a hundred percent in all, or nothing at all."""

    parts: Sequence[Part]
    whole: int  # tenths of working days

    @property
    def together(self) -> str:
        """`Together: 1,320.4 working days`."""
        return f"Together: {days_words(self.whole)}"

    def svg(self) -> SafeString:
        """The bar; its words are in the key beside it."""
        body = format_html_join("", "{}", ((self._part(part),) for part in self.parts if part.share))
        said = ". ".join(part.words for part in self.parts)
        return format_html(
            '<svg class="cc-held cc-held--sums" role="img" aria-label="Who had the ball. {}. {}.">{}{}'
            '<rect class="cc-held__frame" width="100%" height="46"/></svg>',
            said, self.together, PATTERNS, body,
        )  # fmt: skip

    def _part(self, part: Part) -> SafeString:
        text = ""
        if part.share >= ROOM:
            text = format_html(
                '<text class="cc-held__words cc-held__words--{}" x="8" y="28">{}%</text>', part.css, part.share
            )
        return format_html(
            '<svg x="{}%" width="{}%"><rect class="cc-held__{}" width="100%" height="46"><title>{}</title></rect>'
            "{}</svg>",
            part.left, part.share, part.css, part.words, text,
        )  # fmt: skip


#: What the classes of `held` fill with; once on a page.
PATTERNS = SafeString(
    '<defs><pattern id="cc-held-provider" width="12" height="12" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="cc-held__tint" width="12" height="12"/>'
    '<rect class="cc-held__stripe" width="6" height="12"/></pattern>'
    '<pattern id="cc-held-system" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="cc-held__plain" width="8" height="8"/><circle class="cc-held__dot" cx="4" cy="4" r="1.5"/>'
    "</pattern></defs>"
)


def bar(minutes: Sequence[int], names: Sequence[str]) -> Bar | None:
    """The bar of the minutes of each side, in the order of `ball.SIDES`; None when nothing was held."""
    if not any(minutes):
        return None
    shares = ball.apportioned(minutes, 100)
    days = ball.column(minutes, day())
    lefts = accumulate(shares, initial=0)
    parts = [
        Part(CLASSES[side], name, tenths, share, left)
        for side, name, tenths, share, left in zip(ball.SIDES, names, days, shares, lefts, strict=False)
    ]
    return Bar(parts, sum(days))


def day() -> int:
    """Working minutes of a usual day, as every figure of managers takes it."""
    return council_calendar().usual_day


def days(tenths: int) -> str:
    """`1,320.4`."""
    return f"{tenths // 10:,}.{tenths % 10}"


def days_words(tenths: int) -> str:
    """`1,320.4 working days`."""
    return f"{days(tenths)} working day{'' if tenths == 10 else 's'}"
