"""What a profile says about how long what is kept is kept."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .kinds import CaseKind
from .tables import Table, Text

Kept = Literal[
    "clients",
    "cases",
    "uploaded_files",
    "people",
    "contacts",
    "access_log",
    "recorded_visits",
    "imports",
    "notices",
    "drafts",
    "saved_exports",
]
PERIOD = r"^[1-9]\d{0,2} (day|month|year)s?$"


class Retention(Table):
    """How long one kind of record is kept, and why. What is due is put on a list: nothing is erased by age alone."""

    what: Kept
    """Which records: `clients` without care, `cases` of some kinds, `uploaded_files` of cases, `people` who could sign
    in, `contacts` who are gone, the `access_log`, `recorded_visits`, rows of `imports`, `notices` and their e-mails,
    `drafts` of forms, `saved_exports`."""
    cases: tuple[CaseKind, ...] = ()
    """For `cases`: of which kinds. A kind that no entry names is kept for as long as its client."""
    keep: Annotated[str, Field(pattern=PERIOD)]
    """How long, counted from the end: of care, of the case, of access, or from the day of what was written down. For
    example "8 years", "13 months", "30 days"."""
    counted_from: Literal["end", "end_of_financial_year"] = "end"
    """From the end itself, or from the 31 March after it."""
    why: Text
    """Why so long, in words for whoever decides that it may go."""
    source: Text | None = None
    """The council's document that says so; without one, the page says that it is assumed."""

    @model_validator(mode="after")
    def _kinds_of_cases(self) -> "Retention":
        if bool(self.cases) != (self.what == "cases"):
            raise ValueError('names `cases` for what = "cases", and only there')
        return self
