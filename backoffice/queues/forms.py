"""What a queue is narrowed by; it stands in the address, so that a view can be shared."""

from collections.abc import Sequence
from typing import Any

from django import forms


class QueueFilter(forms.Form):
    """Kinds of case and one provider. What is not known is left out, never an error: an old link shows the list."""

    kind = forms.MultipleChoiceField(required=False)
    provider = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, kinds: Sequence[tuple[str, str]], providers: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
        self.fields["provider"].choices = [("", "All providers"), *providers]  # type: ignore[attr-defined]
        self.full_clean()

    @property
    def kinds(self) -> list[str]:
        """The kinds that were chosen."""
        return list(self.cleaned_data.get("kind") or [])

    @property
    def provider_id(self) -> int | None:
        """The provider that was chosen."""
        found: int | None = self.cleaned_data.get("provider")
        return found
