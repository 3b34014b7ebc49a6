"""The columns of a file of recorded visits: a record is one carer's visit. Documented in docs/visit-files.md."""

from workflows.register.imports.kinds import Column, Kind

CARER_LIMIT, REFERENCE_LIMIT = 40, 60

VISITS = Kind(
    name="visits",
    title="Recorded visits",
    table="actuals_recordedvisit",
    stream="case",
    key=("identity",),
    desks=("payments",),
    words=("ss_ref", "carer"),
    columns=(
        Column("reference", "VisitRef", most=REFERENCE_LIMIT, also=("Visit Reference", "Visit Id")),
        Column("line", "CarePackageRef", most=40, also=("Care Pkg Ref",)),
        Column("ss_ref", "SSRef", most=20, also=("Client Reference", "ClientRef")),
        Column("level", "ServiceLevel", also=("Level",)),
        Column("carer", "CarerRef", most=CARER_LIMIT, also=("Carer", "Carer Reference")),
        Column("planned_start", "PlannedStart", "moment"),
        Column("planned_end", "PlannedEnd", "moment"),
        Column("actual_start", "ActualStart", "moment"),
        Column("actual_end", "ActualEnd", "moment"),
    ),
)
