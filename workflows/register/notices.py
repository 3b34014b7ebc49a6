"""What people are told about their imports: numbers only."""

from workflows.engine.notices import declare

READ = "import.read"
FINISHED = "import.finished"
GROUP = "Bulk changes and imports"
STAFF = frozenset({"staff"})

declare(
    READ,
    one="Import {reference} has been read: {read} records, {rejected} rejected; nothing is taken over yet",
    many="{count} imports have been read",
    name="A file that I import has been read",
    group=GROUP,
    sides=STAFF,
)
declare(
    FINISHED,
    one="Import {reference} is finished: {new} new, {updated} updated, {rejected} rejected",
    many="{count} imports are finished",
    name="A file that I import has been taken over",
    group=GROUP,
    sides=STAFF,
)
