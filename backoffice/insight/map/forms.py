"""What a map is narrowed by; it stands in the address, so that a view can be shared."""

from collections.abc import Sequence
from typing import Any

from django import forms

from workflows.insight.maps import WEEKS

from . import words

USUAL = 8


class MapFilter(forms.Form):
    """Team and weeks. What is not known is left out, never an error: an old link shows the map."""

    team = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    weeks = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[(each, words.weeks(each).capitalize()) for each in WEEKS]
    )

    def __init__(self, data: Any, *, teams: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["team"].choices = [("", "All teams"), *teams]  # type: ignore[attr-defined]
        self.full_clean()

    @property
    def team_id(self) -> int | None:
        """The team asked for."""
        found: int | None = self.cleaned_data.get("team")
        return found

    @property
    def weeks_asked(self) -> int:
        """The weeks asked for, the running one included."""
        return int(self.cleaned_data.get("weeks") or USUAL)
