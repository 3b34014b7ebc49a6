"""The form of an absence: which days, and who has the work meanwhile."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from backoffice.web.fields import DateField, Pick
from backoffice.web.forms import ConcordForm
from workflows.parties.models import User

#: Where a refusal of the command is shown, by its code.
FIELDS = {"days": "last_day", "substitute": "substitute", "overlap": "first_day"}


class AbsenceForm(ConcordForm):
    """The days, both included, and the substitute."""

    what_failed: ClassVar[str] = "The absence was not recorded"
    button: ClassVar[str] = "Record the absence"

    first_day = DateField(label="First day away", missing="Enter the first day away")
    last_day = DateField(label="Last day away", missing="Enter the last day away")
    substitute = Pick(label="Who has the work meanwhile?", missing="Choose who has the work meanwhile")

    def __init__(self, *positional: Any, colleagues: Iterable[User], today: date, **options: Any) -> None:
        super().__init__(*positional, **options)
        field: Any = self.fields["substitute"]
        field.choices = [*field.choices, *((str(each.pk), each.name) for each in colleagues)]
        field.help_text = "Colleagues of the same team. They are told when the work comes to them."
        self.fields["first_day"].help_text = f"For example {today.day} {today.month} {today.year}."


class EndForm(ConcordForm):
    """Nothing to fill in: only a button."""

    what_failed: ClassVar[str] = "The absence was not ended"
    button: ClassVar[str] = "End the absence"
