"""What people are told about long reports that they asked for."""

from workflows.engine.notices import declare

MADE = "report.made"

declare(
    MADE,
    one="Report {reference} is ready to be downloaded",
    many="{count} reports are ready to be downloaded",
    name="A long report that I asked for is ready",
    group="Bulk changes and imports",
)
