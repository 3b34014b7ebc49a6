"""Whether a sample of the finance system's files fits the council's mapping, said line by line (docs/payment-files.md).

For whoever writes `[payments.file]` and `[payments.return_file]`: a payment file as the finance system takes it, and a
return file as it writes it, are held against what the profile says, before anything is paid. Nothing is read of the
register and nothing is written. `manage check_payment_files` prints it.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from workflows.council.payment_files import FileColumn, PaymentFile, ReturnFile
from workflows.engine.tabular import safe
from workflows.register.imports import cutting, parsing

from .paying import CONTROL
from .returning import Fault, Reading, adds_up, read

Record = tuple[int, list[str]]
Test = Callable[[str, FileColumn, PaymentFile], str]
MONEY, DAYS = frozenset({"net", "vat", "total"}), frozenset({"period_first", "period_last", "pay_on"})
NEEDED = frozenset({"supplier", "contract", "payment", "description"})
PLACES = 2
ZERO = Decimal(0)


def payment_file(content: bytes, how: PaymentFile) -> list[Fault]:
    """What is wrong with a payment file by a mapping; line 0: with the file as a whole."""
    try:
        text = parsing.decode(content)
    except cutting.Unreadable as error:
        return [Fault(0, str(error))]
    try:
        reader = csv.reader(io.StringIO(text), delimiter=how.separator, strict=True)
        records = [(reader.line_num, cells) for cells in reader if any(each.strip() for each in cells)]
    except csv.Error as error:
        return [Fault(0, f"The file cannot be read as CSV: {error}")]
    return sorted(_faults(records, how), key=lambda each: each.line)


def return_file(content: bytes, how: ReturnFile) -> tuple[Reading, list[Fault]]:
    """What can be read of a return file by a mapping, and what is wrong with it; no run is asked for."""
    reading = read(content, how)
    if not reading.faults:
        adds_up(reading)
    return reading, sorted(reading.faults, key=lambda each: each.line)


def _faults(records: list[Record], how: PaymentFile) -> Iterator[Fault]:
    control = _control(records, how)
    if not records:
        yield Fault(0, "The file has no headings and no rows")
        return
    line, headings = records.pop(0)
    wanted = [safe(each.header) for each in how.columns]
    if headings != wanted:
        yield from _headings(line, headings, wanted)
        return
    if not records:
        yield Fault(0, "The file has no rows: a sample with at least one says more")
    for line, cells in records:
        yield from (Fault(line, text) for text in _row(cells, how))
    yield from _adds_up(control, records, how)


def _control(records: list[Record], how: PaymentFile) -> Record | None:
    """Take the control totals off, where the mapping has them; anywhere else they are a row like others."""
    place = {"first_row": 0, "last_row": -1}.get(how.control)
    if place is None or not records or records[place][1][0] != CONTROL:
        return None
    return records.pop(place)


def _headings(line: int, found: Sequence[str], wanted: Sequence[str]) -> Iterator[Fault]:
    if len(found) == 1 and len(wanted) > 1:
        yield Fault(line, f"The headings are one cell: “{found[0]}”. Is the separator another one?")
        return
    for each in wanted:
        if each not in found:
            yield Fault(line, f"There is no column {each}")
    for each in found:
        if each not in wanted:
            yield Fault(line, f"The mapping has no column {each or 'without a heading'}")
    if sorted(found) == sorted(wanted):
        yield Fault(line, f"The columns stand in another order. The mapping writes: {', '.join(wanted)}")


def _row(cells: Sequence[str], how: PaymentFile) -> Iterator[str]:
    if len(cells) != len(how.columns):
        yield f"It has {len(cells)} cells, the headings are {len(how.columns)}"
        return
    for cell, column in zip(cells, how.columns, strict=True):
        if fault := _cell(cell, column, how):
            yield f"{column.header}: {fault}"
    amounts = {each.field: _amount(cell) for cell, each in zip(cells, how.columns, strict=True) if each.field in MONEY}
    net, vat, total = (amounts.get(name) for name in ("net", "vat", "total"))
    if None not in (net, vat, total) and net + vat != total:  # type: ignore[operator]
        yield f"{net} and {vat} do not come to {total}"


def _cell(cell: str, column: FileColumn, how: PaymentFile) -> str:
    """What is wrong with a cell; empty: nothing."""
    kind = "money" if column.field in MONEY else "day" if column.field in DAYS else column.field
    test = TESTS.get(kind)
    if test is not None:
        return test(cell, column, how)
    return "It is empty" if column.field in NEEDED and not cell.strip() else ""


def _money(cell: str, _column: FileColumn, _how: PaymentFile) -> str:
    return "" if _amount(cell) is not None else f"“{cell}” is not an amount with two decimals, such as -12.50"


def _day(cell: str, _column: FileColumn, how: PaymentFile) -> str:
    return "" if _date(cell, how.dates) else f"“{cell}” is not a day as the mapping writes it, {how.dates}"


def _fixed(cell: str, column: FileColumn, _how: PaymentFile) -> str:
    return "" if cell == safe(column.value) else f"“{cell}” is not “{column.value}”, which is in every row"


def _code(cell: str, column: FileColumn, how: PaymentFile) -> str:
    codes = next(each for each in how.codes if each.key == column.value)
    known = {codes.default, *codes.service_groups.values(), *codes.service_levels.values()}
    return "" if cell in known else f"“{cell}” is none of the list {column.value}: {', '.join(sorted(known))}"


def _vat_code(cell: str, _column: FileColumn, how: PaymentFile) -> str:
    known = {each.code for each in how.vat_codes}
    return "" if cell in known else f"“{cell}” is none of the VAT codes: {', '.join(sorted(known)) or 'there are none'}"


def _number(cell: str, _column: FileColumn, _how: PaymentFile) -> str:
    return "" if cell.isascii() and cell.isdigit() else f"“{cell}” is not a number"


def _percent(cell: str, _column: FileColumn, _how: PaymentFile) -> str:
    return "" if _amount(cell) is not None else f"“{cell}” is not a percentage with two decimals, such as 20.00"


TESTS: Mapping[str, Test] = {
    "money": _money, "day": _day, "fixed": _fixed, "code": _code, "vat_code": _vat_code, "run": _number,
    "vat_percent": _percent,
}  # fmt: skip


def _adds_up(control: Record | None, records: Sequence[Record], how: PaymentFile) -> Iterator[Fault]:
    if control is None:
        if how.control != "none":
            place = "first" if how.control == "first_row" else "last"
            yield Fault(0, f"The {place} row must be {CONTROL}, how many rows, their net, their VAT, their total")
        return
    line, cells = control
    sums: dict[str, Decimal | None] = {
        name: _sum([_amount(row[at]) for _, row in records if at < len(row)]) for name, at in _places(how).items()
    }
    said = dict(zip(("rows", "net", "vat", "total"), [*cells[1:], "", "", "", ""], strict=False))
    if said["rows"] != str(len(records)):
        yield Fault(line, f"It counts {said['rows'] or 'nothing'}, the file has {len(records)} rows")
    for name, total in sums.items():
        if total is not None and _amount(said[name]) != total:
            yield Fault(line, f"Its {name} is {said[name] or 'nothing'}, the rows come to {total}")


def _places(how: PaymentFile) -> dict[str, int]:
    return {each.field: place for place, each in enumerate(how.columns) if each.field in MONEY}


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [each for each in amounts if each is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _amount(cell: str) -> Decimal | None:
    try:
        found = Decimal(cell)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.as_tuple().exponent == -PLACES and cell == cell.strip() else None


def _date(cell: str, how: str) -> date | None:
    try:
        found = datetime.strptime(cell, how).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None
    return found if found.strftime(how) == cell else None
