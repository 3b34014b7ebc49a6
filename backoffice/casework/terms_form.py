"""The form of a line's terms: to amend a rejected document, and to change a line."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, DateField, Figure, Pick
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from backoffice.web.stale import OpenedMixin
from backoffice.web.words import money
from workflows.register.models import ServiceLevel
from workflows.register.selectors import service_levels

from .terms import Standing, Wanted, differing, faults

LEVEL, OWN = "level", "own"


class TermsForm(OpenedMixin, ClientKeyMixin, ConcordForm):
    """The line's terms, filled with what they are. After `is_valid`, `wanted` and `changed` say what is meant."""

    service_level = Pick(label="Service level", missing="Choose the service level")
    quantity = Figure(label="Quantity", help_text="How many units a week.", missing="Enter the quantity")
    start = DateField(label="Start date", missing="Enter the start date")
    end = DateField(label="End date", help_text="The last day. Leave it empty when the line goes on.", required=False)
    pricing = Choice(
        label="Price", choices=[(LEVEL, "The service level's rate"), (OWN, "A price of this line's own")],
        missing="Choose which price holds",
    )  # fmt: skip
    own_price = Figure(label="Price of one unit a week, in pounds", required=False, example="536.49")
    price_from = DateField(
        label="The price holds from", help_text="Only used when you change the price.", required=False
    )
    temporary = Choice(
        label="Is the line temporary?", choices=[("no", "No"), ("yes", "Yes, until it is reviewed")],
        missing="Say whether the line is temporary",
    )  # fmt: skip
    review_date = DateField(label="Review date", required=False)
    line_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    wanted: Wanted
    changed: dict[str, Any]

    def __init__(self, *positional: Any, now: Standing, **options: Any) -> None:
        self.now = now
        options["initial"] = initial(now) | options.get("initial", {})
        super().__init__(*positional, **options)
        self.levels = {str(each.pk): each for each in _levels(now)}
        pick: Any = self.fields["service_level"]
        pick.choices = [(pk, each.name) for pk, each in self.levels.items()]
        unit = now.line.service_level.unit.lower()
        self.fields["own_price"].label = f"Price of one {unit} a week, in pounds"

    def terms_layout(self) -> list[Any]:
        """The questions about the terms, in the order of the document."""
        return [
            "service_level",
            "quantity",
            "start",
            "end",
            Reveal("pricing", {OWN: ["own_price"]}),
            "price_from",
            Reveal("temporary", {"yes": ["review_date"]}),
        ]

    def layout(self) -> Layout:
        """The questions; the subclasses add theirs."""
        return Layout(*self.terms_layout())

    def clean(self) -> dict[str, Any]:
        """Ask the register's rules; parts of a choice that was not made do not count."""
        data = super().clean() or {}
        ignore_unchosen(self, data)
        if data.get("pricing") == OWN and "own_price" in data and data["own_price"] is None:
            self.add_error("own_price", "Enter the price of this line")
        if data.get("temporary") == "yes" and "review_date" in data and data["review_date"] is None:
            self.add_error("review_date", "Enter the review date: a temporary line needs one")
        if not self.errors:
            self.wanted = _wanted(data, self.levels)
            self.changed = differing(self.now, self.wanted)
            for field, fault in faults(self.now, self.wanted).items():
                self.add_error(field, fault)
        return data


def ignore_unchosen(form: forms.Form, data: dict[str, Any]) -> None:
    """Drop what was typed under a choice that was not made, and what was wrong with it."""
    unchosen = {"own_price": data.get("pricing") == LEVEL, "review_date": data.get("temporary") == "no"}
    for name in (name for name, so in unchosen.items() if so):
        form.errors.pop(name, None)
        data[name] = None


def initial(now: Standing) -> dict[str, Any]:
    """The line as it is."""
    line = now.line
    return {
        "service_level": line.service_level_id,
        "quantity": f"{line.quantity.normalize():f}",
        "start": line.start,
        "end": line.end,
        "pricing": OWN if now.has_own_price else LEVEL,
        "own_price": line.unit_cost,
        "price_from": now.price_since,
        "temporary": "yes" if line.temporary else "no",
        "review_date": line.review_date,
        "line_version": line.version,
    }


def price_words(now: Standing) -> str:
    """Which price holds now: `£536.49, the service level's rate`."""
    source = "a price of this line's own" if now.has_own_price else "the service level's rate"
    return f"{money(now.line.unit_cost)}, {source}"


def _levels(now: Standing) -> list[ServiceLevel]:
    """The levels of the line's kind of service."""
    return list(service_levels().filter(service_group=now.line.service.group))


def _wanted(data: dict[str, Any], levels: dict[str, ServiceLevel]) -> Wanted:
    own = data["pricing"] == OWN
    temporary = data["temporary"] == "yes"
    return Wanted(
        service_level=levels[data["service_level"]],
        quantity=data["quantity"],
        start=data["start"],
        end=data["end"],
        temporary=temporary,
        review_date=data["review_date"] if temporary else None,
        own_price=data["own_price"] if own else None,
        price_from=data["price_from"],
    )
