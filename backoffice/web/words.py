"""How dates, times, money and counts are said (pictures/README.md "Wording"): pure functions, one place.

Every function takes None and answers `NOTHING`, so that a table cell is never empty without a sign.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOTHING = "–"
MINUS = "−"
PENNY = Decimal("0.01")
WEEKS_A_YEAR = 52
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def date_words(day: date | datetime | None) -> str:
    """`9 April 2018`; a moment gives its day in London."""
    if day is None:
        return NOTHING
    local = _local_day(day)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def weekday_date(day: date | datetime | None) -> str:
    """`Friday 20 April 2018`: deadlines carry their weekday."""
    if day is None:
        return NOTHING
    return f"{WEEKDAYS[_local_day(day).weekday()]} {date_words(day)}"


def clock_time(moment_: datetime | None) -> str:
    """`14:10`, 24-hour clock, London time."""
    return NOTHING if moment_ is None else f"{moment_.astimezone(LONDON):%H:%M}"


def moment(moment_: datetime | None) -> str:
    """`13 April 2018, 15:20`, London time."""
    return NOTHING if moment_ is None else f"{date_words(moment_)}, {clock_time(moment_)}"


def weekday_moment(moment_: datetime | None) -> str:
    """`Friday 20 April 2018, 17:00`, London time."""
    return NOTHING if moment_ is None else f"{weekday_date(moment_)}, {clock_time(moment_)}"


def date_range(first: date | None, last: date | None) -> str:
    """`9 April to 6 May 2018`; the first year is left out when both are the same; an open end says so."""
    if first is None or last is None:
        return f"from {date_words(first)}, no end date" if first else NOTHING
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} to {date_words(last)}"
    return f"{date_words(first)} to {date_words(last)}"


def money(amount: Decimal | None) -> str:
    """`£1,986.44`; below zero `−£159.52`, with a real minus sign. Half a penny is rounded up, away from zero."""
    if amount is None:
        return NOTHING
    pence = amount.quantize(PENNY, ROUND_HALF_UP)
    return f"{MINUS if pence < 0 else ''}£{abs(pence):,.2f}"


def per_week(amount: Decimal | None) -> str:
    """`£536.49 a week`."""
    return NOTHING if amount is None else f"{money(amount)} a week"


def per_year(weekly: Decimal | None) -> str:
    """`£27,897.48 a year (52 weeks)`, from a weekly amount."""
    return NOTHING if weekly is None else f"{money(weekly * WEEKS_A_YEAR)} a year ({WEEKS_A_YEAR} weeks)"


def difference(before: Decimal, after: Decimal) -> str:
    """`£20.00 more`, `£20.00 less` or `The same`."""
    moved = after - before
    if not moved:
        return "The same"
    return f"{money(abs(moved))} {'more' if moved > 0 else 'less'}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 document`, `5 documents`, `2,000 documents`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def capped_count(count: int, cap: int = 999) -> str:
    """`31`, or `999+` when there are more than `cap` (lists never count to the end)."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def listing(words: Iterable[str], last: str = "and") -> str:
    """`2nd, 3rd and 6th`."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def file_size(size: int | None) -> str:
    """`84 KB`, `1.2 MB`: one KB is 1,000 bytes, never less than 1 KB."""
    if size is None:
        return NOTHING
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def fingerprint(sha256: str) -> str:
    """The first and last characters of a SHA-256 in groups of four: `9f2c 41d7 08ab 63e5 … b71e`."""
    groups = [sha256[start : start + 4] for start in range(0, 16, 4)]
    return f"{' '.join(groups)} … {sha256[-4:]}"


def upper_first(text: str) -> str:
    """Sentence case: only the first letter is changed."""
    return text[:1].upper() + text[1:]


def _local_day(day: date | datetime) -> date:
    return day.astimezone(LONDON).date() if isinstance(day, datetime) else day


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text of the profile: a blank line parts them."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
