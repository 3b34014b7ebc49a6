"""What a report is for the pages: its name, who reads it, its parameters, its figures, and its files."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, ClassVar

from django.http import QueryDict
from django.urls import reverse

from workflows.parties.actor import Actor
from workflows.reports.commissioned import Row as WeekRow
from workflows.reports.models import KeptQuestion

from ..paging import Page
from ..spreadsheet import Value, write_lines, write_workbook
from ..tables import ListTable
from .forms import ReportForm

PORTAL, COUNCIL = "portal", "council"
Counted = Callable[[Iterable[Any]], Iterator[Any]]
Lines = Iterable[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Amount:
    """Where an amount of a payment stands, and what decides on which page it is shown."""

    payment_id: int
    line_id: int
    service_id: int
    invoiced: bool
    finalised: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A side's name space, and where its figures come from: empty where this person may not go there."""

    space: str
    week: Callable[[Actor, WeekRow], str]
    payment: Callable[[Actor, Amount], str]
    line: Callable[[Actor, int, int], str]  # (care package line, service)

    def to(self, name: str, *args: object) -> str:
        """The address of one of its report pages."""
        return reverse(f"{self.space}:{name}", args=args)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a report: the rows that it has in all, their totals, and those of this page."""

    rows: int
    totals: ListTable | None
    table: ListTable
    page: Page
    clients: Collection[int]
    notes: Sequence[str] = field(default=())


class Report(ABC):
    """One report. `key` is kept with what was chosen, `slug` stands in its addresses."""

    key: ClassVar[str]
    slug: ClassVar[str]
    about: ClassVar[str]
    heading: ClassVar[str]  # of its rows
    form: ClassVar[type[ReportForm]]
    reads: ClassVar[str]  # the kind of case that a member of staff must read
    refusal: ClassVar[str]
    sides: ClassVar[frozenset[str]] = frozenset({PORTAL, COUNCIL})

    @abstractmethod
    def name(self) -> str | None:
        """What the council calls it; None: it has no such report."""

    @abstractmethod
    def asked(self, question: KeptQuestion) -> Any:
        """What was chosen."""

    @abstractmethod
    def shown(self, actor: Actor, asked: Any, query: QueryDict, side: Side) -> Shown:
        """One page."""

    @abstractmethod
    def rows(self, actor: Actor, asked: Any) -> int:
        """How many rows it has."""

    @abstractmethod
    def lines(self, actor: Actor, asked: Any, counted: Counted) -> Lines:
        """All rows for a file, the headings first, read as they are taken."""

    @abstractmethod
    def total_lines(self, actor: Actor, asked: Any) -> Lines:
        """The totals for a file."""

    def offered(self, side: str) -> bool:
        """Whether the council has it on this side."""
        return side in self.sides and self.name() is not None

    def file_name(self, asked: Any, form: str) -> str:
        """The name of the file; no client's name is in it."""
        said = (getattr(asked, name, None) for name in ("first", "last"))
        days = [day.isoformat() for day in said if isinstance(day, date)]
        return f"{'-'.join([self.slug, *days])}.{form}"

    def write(self, actor: Actor, asked: Any, form: str, out: IO[bytes], counted: Counted) -> None:
        """Write the file."""
        found = self.lines(actor, asked, counted)
        if form == "csv":
            write_lines(out, found)
            return
        write_workbook(out, [(self.name() or "", found), ("Totals", self.total_lines(actor, asked))])
