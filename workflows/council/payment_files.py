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
    field: FileField
    value: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _fixed(self) -> "FileColumn":
        if (self.field in {"fixed", "code"}) != bool(self.value):
            raise ValueError(f'{self.header}: value goes together with field = "fixed" or field = "code"')
        return self


class FileCodes(Table):
    """A list of codes of the finance system, such as cost centres: by service level, else by service group."""

    key: Key
    default: Code
    service_groups: dict[Key, Code] = {}
    service_levels: dict[str, Code] = {}


class VatCode(Table):
    """What the finance system calls a percentage of VAT."""

    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
    code: Text


class PaymentFile(Table):
    """The file that finance pays from (domain.md §7): a CSV of these columns.

    `rows`: one for each line of a client, or one for each payment. `control`: where the control totals stand (how many
    rows, their net, their VAT, their total); they are kept with the run and shown beside the file in any case.
    """

    name: Text
    columns: Annotated[tuple[FileColumn, ...], Field(min_length=1)]
    rows: Literal["line", "payment"] = "line"
    control: Literal["last_row", "first_row", "none"] = "last_row"
    separator: Separator = ","
    dates: Dates = "%d/%m/%Y"
    codes: tuple[FileCodes, ...] = ()
    vat_codes: tuple[VatCode, ...] = ()

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
    amount: Text
    paid_on: Text
    reference: Text
    control: bool = False
    separator: Separator = ","
    dates: Dates = "%d/%m/%Y"

    @model_validator(mode="after")
    def _once(self) -> "ReturnFile":
        unique([self.payment, self.amount, self.paid_on, self.reference], "[payments.return_file]")
        return self
