"""The council's forms of one-off claims: accept, query, reject, go on without an answer."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from backoffice.cases.acting import TurnForm
from backoffice.web.fields import Choice as Radios
from backoffice.web.fields import LongText, Pick
from workflows.council.claims import Claims
from workflows.council.tables import offered
from workflows.engine.typed import TEXT_LIMIT

TO_PROVIDER = "Words for the provider (optional)"


class AcceptForm(TurnForm):
    """Accept the amount that stands on the page; of a service also the line under which it is paid."""

    what_failed: ClassVar[str] = "The claim was not accepted"
    button: ClassVar[str] = "Accept the claim"

    paid_under = Pick(
        label="Care package line under which it is paid",
        help_text="Finance pays by purchase order, so an amount for a whole service is paid under one of its lines.",
        missing="Choose the care package line under which it is paid",
        empty="Choose a line",
    )
    text = LongText(label=TO_PROVIDER, required=False, rows=3, max_length=TEXT_LIMIT)
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False)

    def __init__(self, *positional: Any, lines: Sequence[tuple[int, str]] | None, **options: Any) -> None:
        super().__init__(*positional, **options)
        if lines is None:
            del self.fields["paid_under"]
            return
        self.fields["paid_under"].choices = [("", "Choose a line"), *((str(pk), words) for pk, words in lines)]  # type: ignore[attr-defined]


class QueryForm(TurnForm):
    """Ask the provider."""

    what_failed: ClassVar[str] = "Nothing was asked"
    button: ClassVar[str] = "Send the query"
    text = LongText(
        label="What do you want to know?",
        help_text="The provider reads this, and has its time to answer.",
        missing="Say what you want to know: the provider reads this",
        max_length=TEXT_LIMIT,
    )


class RejectForm(TurnForm):
    """Reject it for a reason of the profile."""

    what_failed: ClassVar[str] = "The claim was not rejected"
    button: ClassVar[str] = "Reject the claim"
    tone: ClassVar[str] = "warning"
    reason = Radios(label="Why is it rejected?", small=True, missing="Choose a reason")
    text = LongText(label=TO_PROVIDER, required=False, rows=3, max_length=TEXT_LIMIT)

    def __init__(self, *positional: Any, claims: Claims, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fields["reason"].choices = [(each.key, each.label) for each in offered(claims.reasons)]  # type: ignore[attr-defined]


class TakeForm(TurnForm):
    """Go on without the provider's answer."""

    what_failed: ClassVar[str] = "It still awaits the provider"
    button: ClassVar[str] = "Go on without an answer"
