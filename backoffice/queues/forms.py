"""What a queue is narrowed by; it stands in the address, so that a view can be shared."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from backoffice.web.words import LONDON
from workflows.engine.models import Task


class QueueFilter(forms.Form):
    """Kinds of case and one provider; and what the numbers of managers lead to: a step, days of opening, a holder.

    What is not known is left out, never an error: an old link shows the list.
    """

    kind = forms.MultipleChoiceField(required=False)
    provider = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    node = forms.SlugField(required=False, max_length=40)
    opened_from = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    opened_to = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    owner = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Any, *, kinds: Sequence[tuple[str, str]], providers: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
        self.fields["provider"].choices = [("", "All providers"), *providers]  # type: ignore[attr-defined]
        self.full_clean()

    @property
    def kinds(self) -> list[str]:
        """The kinds that were chosen."""
        return list(self.cleaned_data.get("kind") or [])

    def narrow(self, turns: QuerySet[Task]) -> QuerySet[Task]:
        """The turns of that step, of those London days of opening, of that holder."""
        said = self.cleaned_data
        if said.get("node"):
            turns = turns.filter(node=said["node"])
        if said.get("opened_from"):
            turns = turns.filter(created__gte=_midnight(said["opened_from"]))
        if said.get("opened_to"):
            turns = turns.filter(created__lt=_midnight(said["opened_to"] + timedelta(days=1)))
        return turns.filter(owner_id=said["owner"]) if said.get("owner") else turns

    @property
    def provider_id(self) -> int | None:
        """The provider that was chosen."""
        found: int | None = self.cleaned_data.get("provider")
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
