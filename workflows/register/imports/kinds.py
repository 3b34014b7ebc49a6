"""What can be imported: one declaration a kind of file, from which parsing and SQL are made. Rooms above add theirs
(rooms.declare).

Keys between systems are SSRef, CarePackageRef and references (domain.md §7). A column that a file does not have is
left as it is; a column that it has and that is empty empties the value, save where a kind says otherwise.
"""

from dataclasses import dataclass
from typing import Literal

Reads = Literal["text", "date", "moment", "amount", "quantity", "count", "yes"]

#: How PostgreSQL reads a value that parsing has let through.
TYPES: dict[Reads, str] = {
    "text": "text",
    "date": "date",
    "moment": "timestamptz",
    "amount": "numeric",
    "quantity": "numeric",
    "count": "integer",
    "yes": "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: `name` in the database, `header` in the file, `also` other headers that are understood.

    `refers` names the kind of record that the value is a reference to; `kept` columns are compared and written as
    they are, the others are the business of the kind's own statements.
    """

    name: str
    header: str
    reads: Reads = "text"
    required: bool = False
    most: int = 200
    also: tuple[str, ...] = ()
    refers: str | None = None
    kept: bool = True

    @property
    def target(self) -> str:
        """The column of the live table."""
        return f"{self.name}_id" if self.refers else self.name


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the live table it goes to, its columns, and the names of the columns that are its key.

    `legacy` names the columns of files without a header row, as a system before this one wrote them.
    """

    name: str
    title: str
    table: str
    stream: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    desks: tuple[str, ...] = ("brokerage",)
    words: tuple[str, ...] = ()  # columns that go to erasable content, never into an event's body
    legacy: tuple[str | None, ...] = ()
    at_once: int = 1_000  # longer files are taken over by a worker

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> list[Column]:
        """The columns that a file must have."""
        return [column for column in self.columns if column.required]


CONTACT = (
    Column("address_1", "Address1", also=("Address Line 1",)),
    Column("address_2", "Address2", also=("Address Line 2",)),
    Column("address_3", "Address3", also=("Address Line 3",)),
    Column("town", "Town", most=100, also=("City",)),
    Column("county", "County", most=100),
    Column("postcode", "Postcode", most=10, also=("Post Code",)),
    Column("country", "Country", most=100),
    Column("uprn", "UPRN", most=12),
    Column("usrn", "USRN", most=8),
    Column("mobile", "Mobile", most=30),
    Column("telephone", "Telephone", most=30, also=("Phone",)),
    Column("fax", "Fax", most=30),
    Column("email", "Email", most=254, also=("E-mail",)),
)

ORGANISATIONS = Kind(
    name="organisations",
    title="Organisations",
    table="parties_organisation",
    stream="organisation",
    key=("reference",),
    desks=("procurement", "brokerage"),
    columns=(
        Column("reference", "OrganisationRef", required=True, most=40, also=("Reference", "Organisation Reference")),
        Column("name", "Name", required=True, also=("Organisation", "Organisation Name")),
        *CONTACT,
    ),
)

SERVICES = Kind(
    name="services",
    title="Services",
    table="parties_service",
    stream="service",
    key=("reference",),
    desks=("procurement", "brokerage"),
    columns=(
        Column("reference", "ServiceRef", required=True, most=40, also=("Reference", "Service Reference")),
        Column("organisation", "OrganisationRef", required=True, refers="organisations", also=("Organisation",)),
        Column("name", "Name", required=True, also=("Service", "Service Name")),
        Column("group", "ServiceGroup", required=True, most=40, also=("Sector",)),
        *CONTACT,
    ),
)

CLIENTS = Kind(
    name="clients",
    title="Clients",
    table="parties_client",
    stream="client",
    key=("ss_ref",),
    words=("ss_ref", "surname", "forename"),
    columns=(
        Column("ss_ref", "SSRef", required=True, most=20, also=("Client Reference", "ClientRef")),
        Column("surname", "Surname", required=True, most=100, also=("Last Name",)),
        Column("forename", "Forename", required=True, most=100, also=("First Name", "Given Name")),
    ),
)

CONTRACTS = Kind(
    name="contracts",
    title="Contracts",
    table="register_contract",
    stream="contract",
    key=("reference",),
    desks=("procurement", "brokerage"),
    words=("text",),
    columns=(
        Column("reference", "ContractRef", required=True, most=40, also=("Reference", "Contract Reference")),
        Column("organisation", "OrganisationRef", required=True, refers="organisations", also=("Organisation",)),
        Column("title", "Title", required=True),
        Column("text", "Text", most=20_000),
    ),
)

LEVELS = Kind(
    name="levels",
    title="Service levels",
    table="register_servicelevel",
    stream="level",
    key=("key",),
    columns=(
        Column("key", "LevelKey", required=True, most=60, also=("Key", "Service Level Key")),
        Column("name", "ServiceLevel", required=True, also=("Name", "Service Level Name")),
        Column("service_group", "ServiceGroup", required=True, most=40, also=("Sector",)),
        Column("unit", "Unit", required=True, most=40),
        Column("contract_type", "ContractType", required=True, most=40),
    ),
)

RATES = Kind(
    name="rates",
    title="Rates",
    table="register_rate",
    stream="level",
    key=("service_level", "organisation", "contract", "start"),
    columns=(
        Column("service_level", "ServiceLevel", required=True, refers="levels", also=("LevelKey",)),
        Column("organisation", "OrganisationRef", refers="organisations", also=("Organisation",)),
        Column("contract", "ContractRef", refers="contracts", also=("Contract",)),
        Column("start", "From", "date", required=True, also=("Start Date", "Valid From")),
        Column("end", "To", "date", also=("End Date", "Valid To")),
        Column("amount", "Amount", "amount", required=True, also=("Rate", "Unit Cost")),
    ),
)

LINES = Kind(
    name="lines",
    title="Care package lines",
    table="register_carepackageline",
    stream="line",
    key=("reference",),
    words=("reference",),  # councils make it of the SSRef
    columns=(
        Column("reference", "CarePackageRef", required=True, most=40, also=("Care Pkg Ref",)),
        Column("client", "SSRef", required=True, refers="clients", also=("Client Reference", "ClientRef")),
        Column("service", "ServiceRef", required=True, refers="services", also=("Service",)),
        Column("contract", "ContractRef", required=True, refers="contracts", also=("Contract",)),
        Column("service_level", "ServiceLevel", required=True, refers="levels", also=("LevelKey",)),
        Column("quantity", "Quantity", "quantity", required=True),
        Column("start", "StartDate", "date", required=True),
        Column("end", "EndDate", "date"),
        Column("temporary", "Temporary", "yes"),
        Column("review_date", "ReviewDate", "date"),
        Column("lot", "Lot", most=60),  # suffolk-user-guide §2 "will need to select the lot"
        # A price of the line's own; empty says nothing, so that a file of level-priced lines leaves it alone.
        Column("unit_cost", "UnitCost", "amount", kept=False),
        Column("price_from", "UnitCostFrom", "date", kept=False),
    ),
)

#: In the order in which files must come, each may refer to those before it.
KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (ORGANISATIONS, SERVICES, CLIENTS, CONTRACTS, LEVELS, RATES, LINES)
}
