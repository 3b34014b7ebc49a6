"""What a profile says about the files between Concord and the finance system: what is sent, and what comes back.

docs/payment-files.md explains every key; domain.md §7 names what a finance system asks for.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Key, Table, Text, known, unique

#: What a payment file can say of a row; `fixed` is the same in every row, `code` is looked up in a list of codes.
FileField = Literal[
    "supplier", "supplier_name", "contract", "payment", "purchase_order", "client", "service", "period_first",
    "period_last", "description", "net", "vat", "vat_percent", "vat_code", "code", "total", "pay_on", "run", "line",
    "fixed",
]  # fmt: skip
#: What is said of one line of a client: a file with one row a payment has none of it.
OF_A_LINE = frozenset({"purchase_order", "client", "service", "vat_percent", "vat_code", "code", "line"})
Separator = Literal[",", ";", "|"]
Dates = Literal["%d/%m/%Y", "%Y-%m-%d", "%Y%m%d"]
Code = Annotated[str, Field(max_length=100)]


class FileColumn(Table):
    """A column of the payment file: its header and what stands in it; `value`: the words of a fixed one, or the list
    of codes of a `code`."""

    header: Text
    """The heading."""
    field: FileField
    """What stands in it."""
    value: Annotated[str, Field(max_length=100)] = ""
    """The words of a `fixed` column, or the list of codes of a `code` column."""

    @model_validator(mode="after")
    def _fixed(self) -> "FileColumn":
        if (self.field in {"fixed", "code"}) != bool(self.value):
            raise ValueError(f'{self.header}: value goes together with field = "fixed" or field = "code"')
        return self


class FileCodes(Table):
    """A list of codes of the finance system, such as cost centres: by service level, else by service group."""

    key: Key
    """The list's short name."""
    default: Code
    """The code where none is given."""
    service_groups: dict[Key, Code] = {}
    """Codes of service groups."""
    service_levels: dict[str, Code] = {}
    """Codes of service levels, which come first."""


class VatCode(Table):
    """What the finance system calls a percentage of VAT."""

    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
    """The percentage."""
    code: Text
    """What the finance system calls it."""


class PaymentFile(Table):
    """The file that finance pays from (domain.md §7): a CSV of these columns.

    `rows`: one for each line of a client, or one for each payment. `control`: where the control totals stand (how many
    rows, their net, their VAT, their total); they are kept with the run and shown beside the file in any case.
    """

    name: Text
    """What the file is called."""
    columns: Annotated[tuple[FileColumn, ...], Field(min_length=1)]
    """Its columns, in their order."""
    rows: Literal["line", "payment"] = "line"
    """One row for each line of a client, or one for each payment."""
    control: Literal["last_row", "first_row", "none"] = "last_row"
    """Where the control totals stand."""
    separator: Separator = ","
    """What stands between two columns."""
    dates: Dates = "%d/%m/%Y"
    """How a day is written."""
    codes: tuple[FileCodes, ...] = ()
    """Lists of codes of the finance system, such as cost centres."""
    vat_codes: tuple[VatCode, ...] = ()
    """What the finance system calls each percentage of VAT."""

    @property
    def names_clients(self) -> bool:
        """Whether its rows carry references of clients; a client's name is in no payment file."""
        return any(each.field == "client" for each in self.columns)

    @model_validator(mode="after")
    def _possible(self) -> "PaymentFile":
        unique([each.header for each in self.columns], "[payments.file] columns")
        unique([each.key for each in self.codes], "[[payments.file.codes]]")
        unique([str(each.percent) for each in self.vat_codes], "[[payments.file.vat_codes]]")
        for each in self.columns:
            if self.rows == "payment" and each.field in OF_A_LINE:
                raise ValueError(f'{each.header}: {each.field} is said of a line, and rows = "payment" has none')
            if each.field == "code":
                known(each.value, {found.key for found in self.codes}, f"[payments.file] {each.header}")
        return self


class ReturnFile(Table):
    """The file in which finance says what it has paid: a CSV whose headings are these, in any order.

    `payment` is the reference that the payment file carried, `amount` what was paid, `paid_on` the day, `reference`
    what finance calls the transfer. `control`: whether its last row holds the word CONTROL, the count and the total.
    """

    payment: Text
    """The heading of our reference."""
    amount: Text
    """The heading of the amount."""
    paid_on: Text
    """The heading of the day."""
    reference: Text
    """The heading of what finance calls the transfer."""
    control: bool = False
    """Whether its last row holds the word CONTROL, the count and the total."""
    separator: Separator = ","
    """What stands between two columns."""
    dates: Dates = "%d/%m/%Y"
    """How a day is written."""

    @model_validator(mode="after")
    def _once(self) -> "ReturnFile":
        unique([self.payment, self.amount, self.paid_on, self.reference], "[payments.return_file]")
        return self
