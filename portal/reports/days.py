"""The days that a page of figures is about, as they stand in its address."""

from datetime import date

from django import forms


class DaysForm(forms.Form):
    """From and to. What is no date is left out, never an error: an old link shows the page."""

    first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    @property
    def days(self) -> tuple[date | None, date | None]:
        """What was said."""
        self.full_clean()
        return self.cleaned_data.get("first"), self.cleaned_data.get("last")
