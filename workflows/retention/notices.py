"""What people are told about bundles that they asked for."""

from workflows.engine.notices import declare

MADE = "bundle.made"

declare(
    MADE,
    one="Bundle {reference} for a subject access request is ready",
    many="{count} bundles for subject access requests are ready",
    name="What I asked to be put together for a client is ready",
    group="Bulk changes and imports",
)
