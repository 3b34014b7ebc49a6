"""Reads the bytes of a CSV file as councils' systems and Excel write them; pure functions, no database.

Understood: a byte order mark, UTF-8, UTF-16 and Windows-1252, CRLF, commas, semicolons and tabs, Excel's `sep=` line,
rows that Excel has quoted a second time, and dates and amounts as people write them.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from workflows.register.rules import EARLIEST, LATEST, MOST_AMOUNT, MOST_QUANTITY

from . import moments
from .cutting import Record, Unreadable, cells, lines, records
from .kinds import KINDS, Column, Kind, Reads
from .rooms import kind_named

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # in which a file without a mark of UTF-16 is tried
DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
FORMULA = re.compile(r'="(.*)"')
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but line ends and tabs
REMEMBERED, SHORT = 2_000, 40  # how many cells of a column, and of how many characters
GUARDED = re.compile(r"'(?=[=+\-@\t\r])")
YES, NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out: what separates cells, and for each cell which column it is (None: not used)."""

    kind: str
    delimiter: str
    header: tuple[str, ...]
    columns: tuple[str | None, ...]
    header_ends: int  # the number of lines up to the end of the header row

    @property
    def given(self) -> frozenset[str]:
        """The names of the columns that the file has."""
        return frozenset(name for name in self.columns if name is not None)

    @property
    def unused(self) -> list[str]:
        """The headers of the file that mean nothing here."""
        return [
            header for header, name in zip(self.header, self.columns, strict=True) if name is None and header.strip()
        ]


def decode(content: bytes) -> str:
    """Turn the bytes into text; Unreadable for a workbook, an empty file or anything that is no text."""
    return decoded(content)[0]


def decoded(content: bytes) -> tuple[str, str]:
    """The bytes as text, and by which encoding they were read."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("This is an Excel workbook. Save it as “CSV UTF-8” and import that file.")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    tried = ((name, _decoded(content, name)) for name in (("utf-16",) if marked else ENCODINGS))
    encoding, text = next(((name, text) for name, text in tried if text), ("", ""))
    if "\x00" in text:
        raise Unreadable("This is not a text file. Import a CSV file.")
    if not text.strip():
        raise Unreadable("The file is empty.")
    return text, encoding


def layout(text: str, kind_name: str | None = None, file_name: str = "") -> Layout:
    """Read the header row: what kind of file this is and where its columns are.

    Without a kind it is the one whose required columns are all there (the most of them; the file's name decides
    between equals). Unreadable says which columns are missing.
    """
    delimiter, skipped = _delimiter(text)
    first = next(records(text, delimiter, skipped), None)
    if first is None or first.problem:
        raise Unreadable("The file has no header row.")
    if (legacy := _legacy(first, kind_name, delimiter)) is not None:
        return Layout(legacy.name, delimiter, tuple(name or "" for name in legacy.legacy), legacy.legacy, skipped)
    header = tuple(cell.strip() for cell in _unquoted_again(first.cells, delimiter))
    kind = _kind(header, kind_name, file_name)
    columns = _columns(kind, header)
    missing = [column.header for column in kind.required if column.name not in columns]
    if missing:
        raise Unreadable(f"The header row has no column {', '.join(missing)}. {kind.title} need: {_headers(kind)}.")
    return Layout(kind.name, delimiter, header, columns, first.number + first.raw.count("\n"))


class Reader:
    """Reads the records of one file. Cells that come again and again, as most do, are read once."""

    def __init__(self, plan: Layout) -> None:
        self.plan = plan
        kind, comma = _known(plan.kind), plan.delimiter == ";"
        self._columns = [
            (place, name, _Cells(kind.column(name), comma=comma))
            for place, name in enumerate(plan.columns)
            if name is not None
        ]

    def values(self, record: Record) -> tuple[dict[str, str | None], list[str]]:
        """Values by column name in their one canonical form, and what is wrong with the cells."""
        plan = self.plan
        if record.problem:
            return {}, [record.problem]
        row = _unquoted_again(record.cells, plan.delimiter) if len(plan.header) > 1 else record.cells
        if len(row) > len(plan.header) and any(cell.strip() for cell in row[len(plan.header) :]):
            return {}, [f"The row has {len(row)} cells, the header row {len(plan.header)}."]
        found: dict[str, str | None] = {}
        problems: list[str] = []
        row = row if len(row) >= len(plan.columns) else (*row, *[""] * (len(plan.columns) - len(row)))
        for place, name, cells_ in self._columns:
            try:
                found[name] = cells_[row[place]]
            except ValueError as error:
                problems.append(str(error))
        return found, problems


class _Cells(dict[str, str | None]):
    """The cells of a column that were read; short ones are remembered, for most come again and again."""

    def __init__(self, column: Column, *, comma: bool) -> None:
        super().__init__()
        self._column, self._comma = column, comma

    def __missing__(self, text: str) -> str | None:
        found = value(self._column, text, comma=self._comma)
        if len(text) <= SHORT:
            if len(self) >= REMEMBERED:
                self.clear()
            self[text] = found
        return found


def values(plan: Layout, record: Record) -> tuple[dict[str, str | None], list[str]]:
    """Read the cells of one record; of many by a Reader."""
    return Reader(plan).values(record)


def value(column: Column, text: str, *, comma: bool = False) -> str | None:
    """Read one cell; None when it is empty. ValueError is a sentence that names the column.

    `comma` allows a decimal comma, as files with semicolons have it.
    """
    tidy = _tidy(text)
    if not tidy:
        if column.required:
            raise ValueError(f"{column.header} is empty.")
        return None
    try:
        return READERS[column.reads](tidy, column, comma)
    except ValueError as error:
        raise ValueError(f"{column.header}: {error}") from None


def _text(text: str, column: Column, _comma: bool) -> str:
    if len(text) > column.most:
        raise ValueError(f"can have {column.most:,} characters at most; this has {len(text):,}.")
    # A contract's text may have several lines; any other control character is damage that no document can show.
    if CONTROL.search(text):
        raise ValueError("has a character that cannot be shown.")
    return text


def _date(text: str, _column: Column, _comma: bool) -> str:
    # Excel adds a time of midnight to dates.
    plain = re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", text)
    for form in DATE_FORMS:
        try:
            day = datetime.strptime(plain, form).date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
        return _plausible(day).isoformat()
    raise ValueError(f"“{text}” is not a date; write it as 09/04/2018, 2018-04-09 or 20180409.")


def _moment(text: str, _column: Column, _comma: bool) -> str:
    return moments.moment(text).isoformat()


def _plausible(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{day:%d/%m/%Y} is not between {EARLIEST:%d/%m/%Y} and {LATEST:%d/%m/%Y}.")
    return day


def _amount(text: str, _column: Column, comma: bool) -> str:
    amount = _decimal(text.replace("£", ""), comma)
    if not Decimal(0) <= amount <= MOST_AMOUNT:
        raise ValueError(f"“{text}” must be 0 or more, and no more than {MOST_AMOUNT:,}.")
    return format(amount, "f")


def _quantity(text: str, _column: Column, comma: bool) -> str:
    quantity = _decimal(text, comma)
    if not Decimal(0) < quantity <= MOST_QUANTITY:
        raise ValueError(f"“{text}” must be more than 0, and no more than {MOST_QUANTITY}.")
    return format(quantity, "f")


def _count(text: str, _column: Column, comma: bool) -> str:
    number = _decimal(text, comma)
    if number != int(number) or not 0 <= number < 2**31:
        raise ValueError(f"“{text}” is not a whole number.")
    return str(int(number))


def _decimal(text: str, comma: bool) -> Decimal:
    plain = text.replace(" ", "").replace("\u00a0", "")
    if comma and re.fullmatch(r"\d{1,3}(\.\d{3})*,\d{1,2}|\d+,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain):
            raise InvalidOperation
        figure = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"“{text}” is not a figure; write it as 536.49.") from None
    if figure != round(figure, 2):
        raise ValueError(f"“{text}” has more than two decimals.")
    return figure


def _yes(text: str, _column: Column, _comma: bool) -> str:
    word = text.lower()
    if word not in YES | NO:
        raise ValueError(f"“{text}” is neither yes nor no.")
    return "true" if word in YES else "false"


READERS: dict[Reads, Callable[[str, Column, bool], str]] = {
    "text": _text,
    "date": _date,
    "moment": _moment,
    "amount": _amount,
    "quantity": _quantity,
    "count": _count,
    "yes": _yes,
}


def _tidy(text: str) -> str:
    """Take off what spreadsheets put around a value: spaces, `="00030"`, and the quote that guards a formula."""
    tidy = text.strip().strip("\u00a0").strip()
    if match := FORMULA.fullmatch(tidy):
        tidy = match[1].strip()
    return GUARDED.sub("", tidy, count=1) if tidy.startswith("'") else tidy


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _delimiter(text: str) -> tuple[str, int]:
    """What separates the cells of the header, and how many lines stand before it."""
    place, line = next((place, line) for place, line in enumerate(lines(text)) if line.strip())
    if match := re.fullmatch(r'"?sep=(.)"?', line.strip(" ")):
        return match[1], place + 1
    return max(DELIMITERS, key=line.count), place


def _unquoted_again(row: tuple[str, ...], delimiter: str) -> tuple[str, ...]:
    """Cells of a row that a spreadsheet has quoted as a whole; other rows are returned as they are."""
    if sum(1 for cell in row if cell) == 1 and delimiter in row[0]:
        with suppress(Unreadable):
            return cells(row[0], delimiter)
    return row


def _kind(header: Sequence[str], wanted: str | None, file_name: str) -> Kind:
    if wanted is not None:
        return _known(wanted)
    fitting = [
        kind
        for kind in KINDS.values()
        if {column.name for column in kind.required} <= {name for name in _columns(kind, header) if name}
    ]
    if not fitting:
        raise Unreadable(
            "The header row fits no kind of file. "
            + " ".join(f"{kind.title} need: {_headers(kind)}." for kind in KINDS.values())
        )
    named = [kind for kind in fitting if kind.name in file_name.lower()]
    return max(named or fitting, key=lambda kind: len([name for name in _columns(kind, header) if name]))


def _known(name: str) -> Kind:
    found = kind_named(name)
    if found is None:
        raise Unreadable(f"There is no kind of file called {name}. Kinds are: {', '.join(KINDS)}.")
    return found


def _legacy(first: Record, wanted: str | None, delimiter: str) -> Kind | None:
    """The kind whose files may come without a header row, when this is one: so many cells, a figure among them."""
    kind = kind_named(wanted) if wanted is not None else None
    if kind is None or not kind.legacy:
        return None
    row = _unquoted_again(first.cells, delimiter)
    fits = len(kind.legacy) - 1 <= len(row) <= len(kind.legacy)
    return kind if fits and any(re.fullmatch(r"[0-9]+", cell.strip()) for cell in row) else None


def _columns(kind: Kind, header: Sequence[str]) -> tuple[str | None, ...]:
    """Which column each header is; a header that comes twice is used once."""
    known = {_plain(name): column.name for column in kind.columns for name in (*column.also, column.header)}
    found: list[str | None] = []
    for text in header:
        name = known.get(_plain(text))
        found.append(None if name in found else name)
    return tuple(found)


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.lower())


def _headers(kind: Kind) -> str:
    return ", ".join(column.header for column in kind.required)
