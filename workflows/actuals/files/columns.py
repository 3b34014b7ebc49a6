"""The columns of a file of actuals: a record is one row of one line's week. Documented in docs/actuals-files.md."""

from collections.abc import Mapping

from workflows.actuals.entry import COMMENT_LIMIT
from workflows.register.imports.kinds import Column, Kind

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HEADERS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: A line as a system before this one exported it (suffolk-user-guide §2 "Confirm Import"; read as domain.md §4.3 does).
LEGACY = (
    "service",
    "level",
    "ss_ref",
    "week",
    "day",
    None,
    None,
    None,
    "planned",
    "frustrated",
    "missed",
    "extra",
    "actual",
    "comment",
    "id",
    None,
)

ACTUALS = Kind(
    name="actuals",
    title="Actuals",
    table="actuals_lineweek",
    stream="case",
    key=("week", "line", "row"),
    words=("client", "ss_ref", "comment"),
    legacy=LEGACY,
    columns=(
        Column("week", "WeekBeginning", "date", required=True, also=("Week", "Week Beginning")),
        Column("service", "Service"),
        Column("lot", "Lot"),
        Column("ss_ref", "SSRef", also=("Client Reference", "ClientRef")),
        Column("client", "Client"),
        Column("line", "CarePackageRef", most=40, also=("Care Pkg Ref",)),
        Column("level", "ServiceLevel", also=("Level",)),
        Column("row", "Row", "count"),
        Column("planned", "Planned", "amount"),
        *(Column(day, header, "amount") for day, header in zip(DAYS, HEADERS, strict=True)),
        Column("actual", "Actual", "amount"),
        Column("not_delivered", "NotDelivered", "amount", also=("Not Delivered",)),
        Column("cause", "Cause"),
        Column("comment", "Comment", most=COMMENT_LIMIT),
        Column("visits", "Visits", "count"),
        Column("version", "Version", "count"),
        Column("id", "Id", "count"),
        Column("day", "Day", "count"),
        Column("frustrated", "Frustrated", "amount"),
        Column("missed", "Missed", "amount"),
        Column("extra", "Extra", "amount"),
    ),
)

#: What an export has, in its order; the rest is there for files of other systems.
EXPORTED = tuple(each for each in ACTUALS.columns if each.name not in {"day", "frustrated", "missed", "extra"})
BOXES: Mapping[str, str] = {"frustrated": "Frustrated", "missed": "Missed"}
