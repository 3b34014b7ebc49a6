"""The return file: what finance says it has paid of a run (domain.md §7 "return file with paid date/BACS ref").

It is taken over whole or not at all: every payment that it names must be of the run, and every amount what the run
pays. The same bytes are recognised when they come again.
"""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.files.base import ContentFile

from workflows.council.payment_files import ReturnFile
from workflows.engine import door, moment
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.register.imports import cutting, parsing
from workflows.register.rules import money

from . import running
from .acting import profile
from .models import PaymentRun, ReturnedFile, ScheduledPayment
from .paying import CONTROL

MOST_BYTES = 10 * 1024 * 1024
LONGEST = 60
PENNY = Decimal("0.01")
CONTROL_CELLS = 3
AMOUNT = re.compile(r"£?(\d{1,10}|\d{1,3}(?:,\d{3}){1,3})((?:\.\d{1,2})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of the file; line 0: with the file as a whole."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file that could be read."""

    line: int
    payment: str
    amount: Decimal
    paid_on: date
    reference: str


@dataclass(slots=True)
class Reading:
    """A file as it was read: its lines, and everything that is wrong."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    control: tuple[int, str, str] | None = None  # its line, how many, how much

    @property
    def total(self) -> Decimal:
        """What its lines come to."""
        return sum((each.amount for each in self.rows), Decimal("0.00"))


class Faulty(Refused):
    """The file was refused whole; `reading` says why, line by line."""

    def __init__(self, reading: Reading) -> None:
        super().__init__("Nothing was taken over. Put the file right, or ask finance for another one.", "faulty")
        self.reading = reading


def mapping() -> ReturnFile:
    """How the council's return file looks; Refused when its profile does not say."""
    found = profile().return_file
    if found is None:
        raise Refused("The council's profile does not say how its return file looks.", "no_mapping")
    return found


def take(*, actor: Actor, case_id: int, task_id: int, content: bytes, key: str) -> door.Outcome:
    """Take a return file over: its payments are marked as paid. Faulty with every fault; Refused for the same file."""
    sha256 = hashlib.sha256(content).hexdigest()
    if door.answered(actor, key) is None:
        refuse_again(sha256)
    reading = checked(case_id, content)
    if reading.faults:
        raise Faulty(reading)
    file = ReturnedFile(
        run_id=case_id,
        sha256=sha256,
        payments_count=len({each.payment for each in reading.rows}),
        total=reading.total,
        by_id=actor.user_id,
        at=moment.now(),
    )
    file.file.save(f"return-{sha256[:12]}.csv", ContentFile(content), save=False)
    said = {each.payment: each for each in reading.rows}
    return running.mark_paid(
        actor=actor,
        case_id=case_id,
        task_id=task_id,
        references={name: each.reference for name, each in said.items()},
        paid_on={name: each.paid_on for name, each in said.items()},
        file=file,
        key=key,
    )


def refuse_again(sha256: str) -> None:
    """Refused when these bytes were taken over before."""
    known = ReturnedFile.objects.select_related("by", "run__case").filter(sha256=sha256).first()
    if known is not None:
        when = known.at.astimezone(LONDON)
        raise Refused(
            f"This file was brought in before, for {known.run.case.reference}, by {known.by.name} on "
            f"{when:%d/%m/%Y} at {when:%H:%M}. Nothing was changed.",
            "same",
        )


def checked(run_id: int, content: bytes) -> Reading:
    """Read a file and hold it against its run; nothing is written."""
    reading = read(content, mapping())
    run = PaymentRun.objects.get(pk=run_id)
    rows = ScheduledPayment.objects.filter(run=run).select_related("case")
    judge(reading, {each.case.reference: each for each in rows}, run.number)
    reading.faults.sort(key=lambda each: each.line)
    return reading


def read(content: bytes, how: ReturnFile) -> Reading:
    """Read the lines of a file by the council's mapping."""
    reading = Reading()
    if len(content) > MOST_BYTES:
        reading.faults.append(Fault(0, "The file is larger than 10 MB"))
        return reading
    try:
        text = parsing.decode(content)
    except cutting.Unreadable as error:
        reading.faults.append(Fault(0, str(error)))
        return reading
    try:
        records = [*_records(text, how)]
    except csv.Error as error:
        reading.faults.append(Fault(0, f"The file cannot be read as CSV: {error}"))
        return reading
    if how.control:
        _take_control(reading, records)
    if not records:
        reading.faults.append(Fault(0, "The file is empty"))
        return reading
    places = _places(records.pop(0)[1], how, reading)
    if places is not None:
        for line, cells in records:
            _take_row(reading, line, {name: cells[at].strip() if at < len(cells) else "" for name, at in places}, how)
    if not records and not reading.faults:
        reading.faults.append(Fault(0, "The file names no payment"))
    return reading


def judge(reading: Reading, known: Mapping[str, ScheduledPayment], run: int) -> None:
    """Hold what was read against the payments of the run, by their references."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for each in reading.rows:
        rows[each.payment].append(each)
    for name, own in rows.items():
        payment = known.get(name)
        reading.faults += [Fault(each.line, text) for each in own for text in _wrong(name, own, payment, run)]
    adds_up(reading)


def adds_up(reading: Reading) -> None:
    """Hold the file's control totals, where it has them, against its rows."""
    if reading.control is not None:
        line, count, total = reading.control
        if count.strip() != str(len(reading.rows)):
            reading.faults.append(Fault(line, f"It counts {count or 'nothing'}, the file has {len(reading.rows)} rows"))
        if _amount(total) != reading.total:
            reading.faults.append(Fault(line, f"Its total is {total or 'nothing'}, the rows come to {reading.total}"))


def _wrong(name: str, rows: Sequence[Row], payment: ScheduledPayment | None, run: int) -> Iterator[str]:
    if payment is None:
        yield f"{name} is not a payment of run {run}"
        return
    if payment.paid_at is not None:
        by = f", {payment.paid_reference}" if payment.paid_reference else ""
        yield f"{name} is marked as paid already{by}"
    total = sum((each.amount for each in rows), Decimal("0.00"))
    if total != payment.payable:
        yield f"{name} was finalised at {money(payment.payable)}, and the file says {money(total)}"
    if len({(each.reference, each.paid_on) for each in rows}) > 1:
        yield f"{name} stands in the file with several days or references"


def _records(text: str, how: ReturnFile) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, with their numbers as an editor counts them."""
    reader = csv.reader(io.StringIO(text), delimiter=how.separator)
    for cells in reader:
        if any(each.strip() for each in cells):
            yield reader.line_num, cells


def _take_control(reading: Reading, records: list[tuple[int, list[str]]]) -> None:
    """Take the control totals off the end."""
    line, cells = records[-1] if records else (0, [""])
    if cells[0].strip().upper() != CONTROL or len(cells) < CONTROL_CELLS:
        reading.faults.append(Fault(line, f"The last row must be {CONTROL}, how many rows, and their total"))
        return
    reading.control = line, cells[1], cells[2]
    records.pop()


def _places(headings: Sequence[str], how: ReturnFile, reading: Reading) -> list[tuple[str, int]] | None:
    """Where each of the mapping's columns stands; None when one is missing."""
    found = {each.strip().casefold(): place for place, each in enumerate(headings)}
    wanted = {"payment": how.payment, "amount": how.amount, "paid_on": how.paid_on, "reference": how.reference}
    missing = [each for each in wanted.values() if each.casefold() not in found]
    if missing:
        reading.faults.append(Fault(1, f"There is no column {', '.join(missing)}"))
        return None
    return [(name, found[each.casefold()]) for name, each in wanted.items()]


def _take_row(reading: Reading, line: int, cells: Mapping[str, str], how: ReturnFile) -> None:
    amount, day = _amount(cells["amount"]), _day(cells["paid_on"], how)
    faults = []
    if not cells["payment"]:
        faults.append("It names no payment")
    if amount is None:
        faults.append(f"“{cells['amount']}” is not an amount in pounds and pence")
    if day is None:
        faults.append(f"“{cells['paid_on']}” is not a date")
    if not cells["reference"]:
        faults.append("It has no reference of a transfer")
    if len(cells["reference"]) > LONGEST:
        faults.append(f"Its reference is longer than {LONGEST} characters")
    if faults or amount is None or day is None:
        reading.faults += [Fault(line, each) for each in faults]
        return
    reading.rows.append(Row(line, cells["payment"], amount, day, cells["reference"]))


def _amount(text: str) -> Decimal | None:
    """Pounds and pence; £ and the commas of thousands are let pass."""
    plain = AMOUNT.fullmatch(text.strip())
    return Decimal(plain[1].replace(",", "") + plain[2]).quantize(PENNY) if plain else None


def _day(text: str, how: ReturnFile) -> date | None:
    try:
        return datetime.strptime(text, how.dates).date()  # noqa: DTZ007 (a day has no time of day)
    except ValueError:
        return None
