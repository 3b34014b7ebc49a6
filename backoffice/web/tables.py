"""List tables: django-tables2 declares the columns, our own template writes them.

django-tables2's own rendering costs 6.6 times a plain loop, so a cell is made once by a plain function, from rows that
were fetched with everything they show.

    class Documents(ListTable):
        client = Cell("Client", lambda row: row.client_name, name=True)
        cost = Cell("Cost", lambda row: money(row.weekly), second=lambda row: "weekly", number=True)
        answer = Cell("Your answer", lambda row: "Agree or reject", link=lambda row: row.url, more=lambda row: row.ref)

        class Meta(ListTable.Meta):
            caption = "Contract documents that await you"
            empty = "Nothing awaits you. New documents appear here when Brokerage publishes them."
"""

# ruff: noqa: ARG002 - every kind of column has the same methods.

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .pieces import Tag
from .words import NOTHING

Of = Callable[[Any], Any]


class Cell(tables.Column):  # type: ignore[misc]
    """A column whose text is a function of the row.

    `second` is a grey second line, `tag` a status above the text, `link` makes the text a link and `more` adds words
    to it that only a screen reader says (every link text on a page is unique). `number` aligns right. `name` is the
    row's header: bold, first on a phone's card. `bare` leaves the heading out of that card, `nowrap` keeps the cell on
    one line. `late` colours the text when it is true.
    """

    def __init__(
        self,
        heading: str,
        text: Of,
        *,
        second: Of | None = None,
        tag: Of | None = None,
        link: Of | None = None,
        more: Of | None = None,
        late: Of | None = None,
        number: bool = False,
        name: bool = False,
        strong: bool = False,
        bare: bool = False,
        nowrap: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(verbose_name=heading, orderable=False, empty_values=(), **options)
        self.text, self.second, self.tag, self.link, self.more, self.late = text, second, tag, link, more, late
        self.number, self.is_name, self.strong = number, name, strong or name
        self.bare, self.nowrap = bare, nowrap

    def html(self, row: Any) -> SafeString:
        """The cell's contents for one row."""
        text = self.text(row)
        shown: Any = NOTHING if text is None or text == "" else text
        if self.late and self.late(row):
            shown = format_html('<span class="cc-late">{}</span>', shown)
        if self.link and (address := self.link(row)):
            shown = self._linked(row, shown, address)
        tag: Tag | None = self.tag(row) if self.tag else None
        if tag and not text and text != 0:
            shown = format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', tag.colour, tag.text)
        elif tag:
            shown = format_html(
                '<strong class="govuk-tag govuk-tag--{}">{}</strong> <span class="cc-under">{}</span>',
                tag.colour,
                tag.text,
                shown,
            )
        second = self.second(row) if self.second else None
        return (
            format_html('{} <span class="cc-second">{}</span>', shown, second) if second else format_html("{}", shown)
        )

    def value(self, row: Any) -> str:
        """The cell as plain text, for CSV and XLSX."""
        parts = [self.tag(row).text if self.tag and self.tag(row) else "", self.text(row)]
        parts.append(self.second(row) if self.second else "")
        return ", ".join(str(part) for part in parts if part)

    def _linked(self, row: Any, shown: Any, address: str) -> SafeString:
        more = format_html('<span class="govuk-visually-hidden"> {}</span>', self.more(row)) if self.more else ""
        strong = " govuk-link--strong" if self.strong else ""
        return format_html('<a class="govuk-link{}" href="{}">{}{}</a>', strong, address, shown, more)


class Tick(Cell):
    """The box that selects a row for a bulk action; `text` gives its value, `more` the words of its label, `ticked`
    whether it is ticked already."""

    def __init__(self, text: Of, *, more: Of, field: str = "selected", ticked: Of | None = None) -> None:
        super().__init__("Select", text, more=more, bare=True)
        self.field, self.ticked = field, ticked

    def html(self, row: Any) -> SafeString:
        """A small GOV.UK checkbox whose label is for screen readers."""
        value = self.text(row)
        return format_html(
            '<span class="govuk-checkboxes govuk-checkboxes--small"><span class="govuk-checkboxes__item">'
            '<input class="govuk-checkboxes__input" type="checkbox" id="{0}_{1}" name="{0}" value="{1}" '
            "data-cc-select{3}>"
            '<label class="govuk-label govuk-checkboxes__label" for="{0}_{1}">'
            '<span class="govuk-visually-hidden">Select {2}</span></label></span></span>',
            self.field, value, self.more(row) if self.more else value,
            " checked" if self.ticked and self.ticked(row) else "",
        )  # fmt: skip

    def value(self, row: Any) -> str:
        """Nothing: a tick box is no figure."""
        return ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column as the template sees it."""

    text: str
    css: str
    is_name: bool
    label: str
    tick: bool
    href: str = ""
    sort: str = ""


class ListTable(tables.Table):  # type: ignore[misc]
    """A table of rows that are shown as they come; the order is the list's own."""

    class Meta:
        template_name = "web/table.html"
        orderable = False
        caption = ""
        show_caption = False
        empty = "There is nothing here."

    def __init__(self, data: Sequence[Any], **options: Any) -> None:
        super().__init__(data, **options)
        self.shown = list(data)
        #: By column: the address of the list in that column's order, and how it is ordered now (aria-sort; "": not).
        self.orders: dict[str, tuple[str, str]] = {}

    @property
    def caption(self) -> str:
        """What the table is, for people who cannot see it; every table has one."""
        return str(self._own("caption"))

    @property
    def show_caption(self) -> bool:
        """Whether the caption is seen as a heading too."""
        return bool(self._own("show_caption"))

    @property
    def empty(self) -> str:
        """Why the list is empty and what fills it."""
        return str(self._own("empty"))

    @property
    def heads(self) -> list[Head]:
        """The columns in order."""
        return [self._head(cell, *self.orders.get(name, ("", ""))) for name, cell in self._named()]

    @property
    def rows_of_cells(self) -> Iterator[list[tuple[Head, SafeString]]]:
        """Each row as its cells, made once."""
        columns = list(zip(self.heads, self._cells(), strict=True))
        for row in self.shown:
            yield [(head, cell.html(row)) for head, cell in columns]

    def plain(self) -> Iterator[list[str]]:
        """Headings, then each row, as text for CSV and XLSX."""
        cells = [cell for cell in self._cells() if not isinstance(cell, Tick)]
        yield [str(cell.verbose_name) for cell in cells]
        for row in self.shown:
            yield [cell.value(row) for cell in cells]

    def _cells(self) -> list[Cell]:
        return [cell for _, cell in self._named()]

    def _named(self) -> list[tuple[str, Cell]]:
        return [(column.name, column.column) for column in self.columns]

    def _own(self, name: str) -> Any:
        return getattr(type(self).Meta, name, getattr(ListTable.Meta, name))

    @staticmethod
    def _head(cell: Cell, href: str, sort: str) -> Head:
        tick = isinstance(cell, Tick)
        marks = {"cc-num": cell.number, "cc-name": cell.is_name, "cc-nowrap": cell.nowrap, "cc-table__box": tick}
        label = "" if cell.is_name or cell.bare else str(cell.verbose_name).removesuffix(":")
        css = " ".join(name for name, on in marks.items() if on)
        return Head(str(cell.verbose_name), css, cell.is_name, label, tick, href, sort)
