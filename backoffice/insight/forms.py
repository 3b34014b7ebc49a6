"""What the manager's page is narrowed by; it stands in the address, so that a view can be shared."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from workflows.insight.asked import Asked, asked


class InsightFilter(forms.Form):
    """Team, kind of case, service group, provider, days. What is not known is left out, never an error: an old link
    shows the page."""

    team = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(required=False)
    group = forms.ChoiceField(required=False)
    provider = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    by = forms.ChoiceField(required=False, choices=[("", "Week"), ("day", "Day")])

    def __init__(
        self,
        data: Any,
        *,
        teams: Sequence[tuple[int, str]],
        kinds: Sequence[tuple[str, str]],
        groups: Sequence[tuple[str, str]] = (),
        providers: Sequence[tuple[int, str]] = (),
    ) -> None:
        super().__init__(data)
        self.fields["group"].choices = [("", "All service groups"), *groups]  # type: ignore[attr-defined]
        self.fields["provider"].choices = [("", "All providers"), *providers]  # type: ignore[attr-defined]
        self.fields["team"].choices = [("", "All teams"), *teams]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]
        self.full_clean()

    def asked(self, today: date) -> Asked:
        """What is asked for, put right."""
        said = self.cleaned_data
        return asked(
            today,
            first=said.get("first"),
            last=said.get("last"),
            team_id=said.get("team"),
            kind=said.get("kind") or None,
            by_day=said.get("by") == "day",
            group=said.get("group") or None,
            provider=said.get("provider"),
        )
