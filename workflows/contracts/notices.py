"""What people are told about contract documents: references and counts only, never a client's name."""

from workflows.engine.notices import declare

PUBLISHED = "contract_document.published"
REJECTED = "contract_document.rejected"
TERMINATED = "contract_document.terminated"
DEEMED = "contract_document.deemed"
GROUP = "Contract documents"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    PUBLISHED,
    one="Contract document {reference} awaits your answer",
    many="{count} contract documents await your answer",
    name="A contract document awaits my answer",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    REJECTED,
    one="Contract document {reference} was rejected and awaits an amendment",
    many="{count} contract documents were rejected and await an amendment",
    name="A contract document was rejected and awaits an amendment",
    group=GROUP,
    sides=STAFF,
)
declare(
    TERMINATED,
    one="Contract document {reference} was terminated by the council",
    many="{count} contract documents were terminated by the council",
    name="A contract document was terminated by the council",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    DEEMED,
    one="Contract document {reference} was taken as agreed, because nobody answered in time",
    many="{count} contract documents were taken as agreed, because nobody answered in time",
    name="A contract document was taken as agreed",
    group=GROUP,
    sides=PROVIDER,
)
