"""The columns of the Portal User Template, and the template itself: one line a person, provider and role."""

from collections.abc import Iterator, Mapping, Sequence

from workflows.council.schema import Council
from workflows.register.imports.kinds import Column, Kind

USERS = Kind(
    name="portal_users",
    title="Portal users",
    table="parties_user",
    stream="user",
    key=("email", "organisation", "role"),
    desks=("helpline",),
    words=("email", "title", "forename", "surname", "telephone", "job"),
    at_once=100,
    columns=(
        Column("organisation", "OrganisationRef", required=True, most=40, also=("Organisation Reference",)),
        Column("title", "Title", most=20),
        Column("forename", "Forename", required=True, most=100, also=("First Name",)),
        Column("surname", "Surname", required=True, most=100, also=("Last Name",)),
        Column("email", "Email", required=True, most=254, also=("E-mail", "Email Address", "Portal Email Address")),
        Column("role", "Role", required=True, most=100, also=("Security Role",)),
        Column("services", "Services", most=2000, also=("Service", "ServiceRef")),
        Column("telephone", "Telephone", most=30, also=("Phone",)),
        Column("job", "JobTitle", most=100, also=("Business Role",)),
    ),
)

#: What a person who fills it in reads of each column.
MEANINGS: Mapping[str, str] = {
    "organisation": "The council's reference of your organisation.",
    "title": "Such as Ms or Dr; may be empty.",
    "forename": "The person's first name.",
    "surname": "The person's last name.",
    "email": "The person signs in with it. Only they may read it: no shared mailbox.",
    "role": "One of the roles on the sheet Roles. For a second role, use a second line.",
    "services": "References or names of services, with ; between them. Empty: the whole organisation.",
    "telephone": "On which the person is reached; may be empty.",
    "job": "What the person does, such as Finance Assistant; may be empty.",
}
Sheet = tuple[str, list[Sequence[str]]]


def header() -> list[str]:
    """The first line of the template."""
    return [column.header for column in USERS.columns]


def sheets(council: Council, services: Sequence[tuple[str, str, str, str]]) -> Iterator[Sheet]:
    """The template as a workbook; `services`: (OrganisationRef, organisation, ServiceRef, service) of a provider."""
    yield USERS.title, [header()]
    how = [(each.header, "Yes" if each.required else "", MEANINGS[each.name]) for each in USERS.columns]
    yield "How to fill it in", [("Column", "Needed", "What it holds"), *how]
    yield "Roles", [("Role", "What it is for"), *((role.name, role.meaning) for role in council.roles)]
    if services:
        yield "Services", [("OrganisationRef", "Organisation", "ServiceRef", "Service"), *services]
