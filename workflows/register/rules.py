"""What the register knows by heart: prices, spans of days, and what a care package line may look like.

Every span has a first and a last day, both included, as councils write and print them ("09/04/18 to 06/05/18" is
28 days). An open span has no last day. Sources: norfolk-handbook §5 (cost and pricing), domain.md §4.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
WEEKS_A_YEAR = 52
OWN, CONTRACT, ORGANISATION, GENERAL = "own", "contract", "organisation", "general"  # what sets a price
MOST_QUANTITY = Decimal("9999.99")
MOST_AMOUNT = Decimal("99999999.99")
NEW_CARE = timedelta(days=60)
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)  # outside of these a date is a slip of the finger


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both included; without an end it goes on."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies within."""
        return self.start <= day and (self.end is None or day <= self.end)

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a day."""
        return (other.end is None or self.start <= other.end) and (self.end is None or other.start <= self.end)


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs a week while the span lasts."""

    span: Span
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """The price that holds for one line while the span lasts, and what sets it; no amount: nothing did."""

    span: Span
    amount: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a person may set on a care package line, before it is written."""

    quantity: Decimal
    start: date
    end: date | None = None
    temporary: bool = False
    review_date: date | None = None


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What a care package line says on one day: the figures that a contract document freezes."""

    line_id: int
    version: int
    on: date
    care_package_ref: str
    client_id: int
    ss_ref: str
    client_name: str
    organisation_id: int
    organisation_name: str
    service_id: int
    service_name: str
    service_group: str
    contract_id: int
    contract_reference: str
    contract_title: str
    service_level_id: int
    service_level: str
    contract_type: str
    unit: str
    quantity: Decimal
    unit_cost: Decimal
    weekly_cost: Decimal
    start: date
    end: date | None
    temporary: bool
    review_date: date | None
    suspended: bool

    @property
    def pricing(self) -> str:
        """The handbook's words: `1 x Placement at £536.49 (Spot)`."""
        return pricing_words(self.quantity, self.unit, self.unit_cost, self.contract_type)

    @property
    def cost(self) -> str:
        """The handbook's words: `£536.49 Weekly`."""
        return cost_words(self.weekly_cost)

    @property
    def yearly_cost(self) -> Decimal:
        """What the line costs in 52 weeks."""
        return yearly(self.weekly_cost)


@dataclass(frozen=True, slots=True)
class UpliftPreview:
    """What a new rate would move: lines at the rate, lines with a price of their own, money a year."""

    service_level: str
    start: date
    old_amount: Decimal | None
    new_amount: Decimal
    lines: int
    lines_with_own_price: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """Money a year that the new rate costs more (or, below zero, less)."""
        return self.after - self.before


def rounded(amount: Decimal) -> Decimal:
    """Round half a penny up, as invoices are."""
    return amount.quantize(PENNY, ROUND_HALF_UP)


def weekly_cost(quantity: Decimal, unit_cost: Decimal) -> Decimal:
    """What a line costs a week."""
    return rounded(quantity * unit_cost)


def yearly(weekly: Decimal) -> Decimal:
    """What a weekly amount comes to in 52 weeks."""
    return weekly * WEEKS_A_YEAR


def money(amount: Decimal) -> str:
    """`£1,986.44`, below zero `−£159.52`."""
    return f"{'−' if amount < 0 else ''}£{abs(amount):,.2f}"


def plain(quantity: Decimal) -> str:
    """A quantity without needless zeros: 1, 1.5, 20."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def pricing_words(quantity: Decimal, unit: str, unit_cost: Decimal, contract_type: str) -> str:
    """The column "Pricing" of norfolk-handbook §5."""
    return f"{plain(quantity)} x {unit} at {money(unit_cost)} ({contract_type})"


def cost_words(weekly: Decimal) -> str:
    """The column "Cost" of norfolk-handbook §5."""
    return f"{money(weekly)} Weekly"


def priced_on(day: date, start: date, end: date | None) -> date:
    """The day whose price a line shows: the day asked for, kept within the line's own first and last day."""
    return max(start, min(day, end or day))


def amount_on(prices: Iterable[Price], day: date) -> Decimal | None:
    """The amount of the price in force on a day; of several the one that began last; None when there is none."""
    standing = [price for price in prices if price.span.covers(day)]
    return max(standing, key=lambda price: price.span.start).amount if standing else None


def standing_prices(
    within: Span, own: Iterable[tuple[date, Decimal | None]], scopes: Mapping[str, Iterable[Price]]
) -> list[Standing]:
    """Which price held when, for one line: its own from a day on, else the narrowest scope's that is in force.

    `own` in the order of its days; an own price of None hands over to the scopes again, which come narrowest first.
    """
    own, prices = list(own), {source: list(each) for source, each in scopes.items()}
    days = {within.start, *(start for start, _ in own)}
    for span in (price.span for each in prices.values() for price in each):
        days |= {span.start} if span.end is None else {span.start, span.end + timedelta(days=1)}
    found: list[tuple[date, Decimal | None, str]] = []
    for day in sorted(each for each in days if within.covers(each)):
        amount, source = _price_of(day, own, prices)
        if not found or found[-1][1:] != (amount, source):
            found.append((day, amount, source))
    ends = [*(day_before(day) for day, _, _ in found[1:]), within.end]
    return [Standing(Span(day, end), amount, source) for (day, amount, source), end in zip(found, ends, strict=True)]


def _price_of(
    day: date, own: Iterable[tuple[date, Decimal | None]], scopes: Mapping[str, Iterable[Price]]
) -> tuple[Decimal | None, str]:
    alone = [amount for start, amount in own if start <= day]
    if alone and alone[-1] is not None:
        return alone[-1], OWN
    amounts = ((amount_on(prices, day), source) for source, prices in scopes.items())
    return next(((amount, source) for amount, source in amounts if amount is not None), (None, ""))


def day_before(day: date) -> date:
    """The last day of whatever ends because something new starts on `day`."""
    return day - timedelta(days=1)


def refusal_of_line(line: LineFacts) -> str | None:
    """Why a line cannot be so, or None."""
    if not Decimal(0) < line.quantity <= MOST_QUANTITY:
        return f"The quantity must be more than 0 and at most {MOST_QUANTITY}."
    if line.quantity != rounded(line.quantity):
        return "The quantity can have two decimals at most."
    if reason := refusal_of_span(line.start, line.end):
        return reason
    if line.temporary and line.review_date is None:
        return "A temporary line needs a review date."
    if line.review_date is not None and not line.temporary:
        return "Only a temporary line has a review date."
    if line.review_date is not None and line.review_date < line.start:
        return "The review date must not be before the start date."
    return None


def refusal_of_span(start: date, end: date | None) -> str | None:
    """Why a first and a last day do not fit, or None."""
    if not EARLIEST <= start <= LATEST:
        return f"The start date must be between {EARLIEST:%d/%m/%Y} and {LATEST:%d/%m/%Y}."
    if end is not None and end > LATEST:
        return f"The end date must not be after {LATEST:%d/%m/%Y}."
    if end is not None and end < start:
        return f"The end date must not be before the start date ({start:%d/%m/%Y})."
    return None


def refusal_of_amount(amount: Decimal) -> str | None:
    """Why a price cannot be so, or None."""
    if not Decimal(0) <= amount <= MOST_AMOUNT:
        return "The amount must be 0 or more, in pounds and pence."
    if amount != rounded(amount):
        return "The amount can have two decimals at most."
    return None


@dataclass(frozen=True, slots=True)
class Room:
    """How a new span finds its place: which standing one it replaces, which one ends the day before."""

    replace: int | None = None
    shorten: int | None = None
    refusal: str | None = None


def room_for(new: Span, standing: Iterable[Span]) -> Room:
    """Find the place of a new span among standing ones that do not overlap each other.

    One that begins on the same day is replaced, one that goes on past the new start ends the day before it. What
    would have to be cut in two or taken away is refused, because nobody asked for that.
    """
    replace = shorten = None
    for place, old in enumerate(standing):
        if not old.overlaps(new):
            continue
        if old.start == new.start:
            replace = place
        elif old.start < new.start and (new.end is None or (old.end is not None and old.end <= new.end)):
            shorten = place
        elif old.start < new.start:
            return Room(
                refusal=f"This would end in the middle of the one from {old.start:%d/%m/%Y}; leave the end open."
            )
        else:
            return Room(
                refusal=f"There is already one from {old.start:%d/%m/%Y}; change that one, or end this one before."
            )
    return Room(replace, shorten)


def is_new_care(start: date, end: date | None, recorded: date) -> bool:
    """Whether a line recorded on a day is news to its provider: care long provided was only taken over from elsewhere,
    as when a council's register is first imported."""
    return start >= recorded - NEW_CARE and (end is None or end >= recorded)
