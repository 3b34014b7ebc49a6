"""What who-had-the-ball is narrowed by; it stands in the address, so that a view can be shared."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from workflows.insight.asked import asked
from workflows.insight.ball import SIDES, Question

NAMES = ("team", "kind", "provider", "group", "first", "last")


class BallFilter(forms.Form):
    """Team, kind, provider, service group, days. What is not known is left out: an old link shows the page."""

    team = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(required=False)
    provider = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    group = forms.ChoiceField(required=False)
    first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    side = forms.ChoiceField(required=False, choices=[(side, side) for side in SIDES])

    def __init__(
        self,
        data: Any,
        *,
        teams: Sequence[tuple[int, str]],
        kinds: Sequence[tuple[str, str]],
        providers: Sequence[tuple[int, str]],
        groups: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        choices = {
            "team": [("", "All teams"), *teams],
            "kind": [("", "All kinds"), *kinds],
            "provider": [("", "All providers"), *providers],
            "group": [("", "All service groups"), *groups],
        }
        for name, each in choices.items():
            self.fields[name].choices = each  # type: ignore[attr-defined]
        self.full_clean()

    def question(self, today: date) -> Question:
        """What is asked for, put right: the last weeks unless other days are named."""
        said = self.cleaned_data
        days = asked(today, first=said.get("first"), last=said.get("last"))
        return Question(
            days.first,
            days.last,
            team_id=said.get("team"),
            kind=said.get("kind") or None,
            provider_id=said.get("provider"),
            group=said.get("group") or None,
        )

    @property
    def of_side(self) -> str:
        """The side whose cases are asked for; empty: all."""
        return str(self.cleaned_data.get("side") or "")

    @property
    def drop_downs(self) -> list[tuple[str, str, list[tuple[Any, str]], str]]:
        """(name, label, choices, chosen) of what is worth choosing from."""
        labels = {"team": "Team", "kind": "Kind of case", "provider": "Provider", "group": "Service group"}
        return [
            (name, label, choices, str(self.cleaned_data.get(name) or ""))
            for name, label in labels.items()
            if len(choices := [(str(key), text) for key, text in self.fields[name].choices]) > 2  # type: ignore[attr-defined]
        ]
