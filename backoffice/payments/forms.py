"""The council's forms of scheduled payments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice as Radios
from backoffice.web.fields import DateField, Figure, LongText, Pick
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Heading, Reveal
from backoffice.web.stale import OpenedMixin
from backoffice.web.words import money
from workflows.council.profile import current
from workflows.engine.typed import TEXT_LIMIT
from workflows.payments.answers import Change
from workflows.register.models import CarePackageLine
from workflows.register.rules import plain

END, TERMS, DONE, LEAVE = "end", "terms", "done", "leave"
NO_FIGURE = "Enter an amount above zero"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was rejected of one line (None: of the whole payment), with what it is paid now."""

    line: CarePackageLine | None
    rejections: Collection[int]
    said: str
    paid: Decimal
    last_day: date | None  # that would be paid, by what the provider said

    @property
    def key(self) -> int:
        """The line, as the form's fields name it."""
        return self.line.pk if self.line is not None else 0


class TurnForm(OpenedMixin, ClientKeyMixin, ConcordForm):
    """What every form on a turn carries."""

    what_failed: ClassVar[str] = "Nothing was done"
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AnswerForm(TurnForm):
    """What becomes of each rejected line, and what the provider is told."""

    what_failed: ClassVar[str] = "Nothing was answered yet"
    button: ClassVar[str] = "See what will be paid"
    text = LongText(
        label="What do you tell the provider?", help_text="The provider reads this with the new amounts.",
        missing="Say what you did: the provider reads this", max_length=TEXT_LIMIT,
    )  # fmt: skip

    def __init__(self, *positional: Any, wrong: Sequence[Wrong], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.wrong = wrong
        for each in wrong:
            self._ask(each)

    def _ask(self, each: Wrong) -> None:
        key, line = each.key, each.line
        ways = [(DONE, "It was put right already: work it out again"), (LEAVE, "Leave it as it is")]
        if line is not None:
            ways = [(END, "The line ended: record its last day"), (TERMS, "Change its quantity or its price"), *ways]
        self.fields[f"way-{key}"] = Radios(
            label="What do you do?", choices=ways, small=True, missing=f"Choose what you do about {name_of(each)}",
            initial=END if line is not None and each.last_day is not None else None,
        )  # fmt: skip
        if line is None:
            return
        unit = line.service_level.unit.lower()
        self.fields[f"end-{key}"] = DateField(
            label="Last day", help_text="The last day that is paid.", required=False, initial=each.last_day
        )
        self.fields[f"quantity-{key}"] = Figure(
            label="Quantity",
            help_text=f"Now {plain(line.quantity)} a week.",
            required=False,
            initial=plain(line.quantity),
        )
        self.fields[f"price-{key}"] = Figure(
            label=f"Price of one {unit} a week, in pounds", help_text=f"Now {money(line.unit_cost)}.", required=False,
            example="536.49",
        )  # fmt: skip
        self.fields[f"from-{key}"] = DateField(label="The price holds from", required=False)
        self.fields[f"line_{key}_version"] = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=line.version
        )

    def layout(self) -> Layout:
        """Line by line: what was said, what it is paid, the choice; then the words."""
        parts: list[Any] = []
        for each in self.wrong:
            key = each.key
            parts.append(Heading(name_of(each), f"{each.said} Paid now: {money(each.paid)}."))
            if each.line is None:
                parts.append(f"way-{key}")
                continue
            opens = {END: [f"end-{key}"], TERMS: [f"quantity-{key}", f"price-{key}", f"from-{key}"]}
            parts += [Reveal(f"way-{key}", opens), f"line_{key}_version"]
        return Layout(*parts, "text", "task", "opened", "client_key")

    def clean(self) -> dict[str, Any]:
        """What a choice needs; what stands under another one does not count."""
        data = super().clean()
        for each in self.wrong:
            way, key = data.get(f"way-{each.key}", ""), each.key
            asked = {END: {f"end-{key}"}, TERMS: {f"quantity-{key}", f"price-{key}", f"from-{key}"}}
            for name in set().union(*asked.values()) - asked.get(way, set()):
                self.errors.pop(name, None)
            if way == END and f"end-{key}" not in self.errors:
                self._check_end(each, data.get(f"end-{key}"))
            if way == TERMS:
                self._check_terms(each, data)
        return data

    def _check_end(self, each: Wrong, end: date | None) -> None:
        line = each.line
        if end is None:
            self.add_error(f"end-{each.key}", "Enter the last day of the line")
        elif line is not None and line.end == end:
            self.add_error(f"end-{each.key}", "The line ends on this day already. Choose that it was put right already")

    def _check_terms(self, each: Wrong, data: Mapping[str, Any]) -> None:
        if not terms_of(each, data) and not self.errors:
            self.add_error(f"quantity-{each.key}", "Change the quantity or the price")

    @property
    def changes(self) -> list[Change]:
        """The changes of lines that were chosen."""
        data = self.cleaned_data
        return [
            Change(each.key, data.get(f"line_{each.key}_version"), terms_of(each, data), publish=True)
            for each in self.wrong
            if each.line is not None and data.get(f"way-{each.key}") in {END, TERMS}
        ]

    @property
    def left(self) -> list[int]:
        """The rejections that stay as they are."""
        data = self.cleaned_data
        return [pk for each in self.wrong if data.get(f"way-{each.key}") == LEAVE for pk in each.rejections]

    @property
    def leaves_all(self) -> bool:
        """Whether nothing is put right."""
        return all(self.cleaned_data.get(f"way-{each.key}") == LEAVE for each in self.wrong)

    def place_of(self, fault: str) -> str | None:
        """The field at which a fault of a line stands (`line-7`)."""
        name = fault.removeprefix("line-")
        way = self.cleaned_data.get(f"way-{name}", "")
        field = {END: f"end-{name}", TERMS: f"quantity-{name}"}.get(way, f"way-{name}")
        return next((each for each in (field, fault) if each in self.fields), None)


def name_of(each: Wrong) -> str:
    """Whose line it is."""
    if each.line is None:
        return "The whole payment"
    return f"{each.line.client} ({each.line.client.ss_ref}), {each.line.reference}"


def terms_of(each: Wrong, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be different of a line, in the words of change_line."""
    key, line = each.key, each.line
    if line is None:
        return {}
    if data.get(f"way-{key}") == END:
        return {"end": data.get(f"end-{key}")}
    found: dict[str, Any] = {}
    quantity, price = data.get(f"quantity-{key}"), data.get(f"price-{key}")
    if quantity is not None and quantity != line.quantity:
        found["quantity"] = quantity
    if price is not None:
        found |= {"unit_cost": price, "price_from": data.get(f"from-{key}") or line.start}
    return found


class AdjustForm(TurnForm):
    """An amount by hand, before a second person sees it."""

    what_failed: ClassVar[str] = "Nothing was proposed"
    button: ClassVar[str] = "Propose it to a second person"
    about_line = Pick(label="Line", missing="Choose the line that it is about")
    way = Radios(
        label="Which way?", choices=[("pay", "Pay the provider more"), ("take", "Take back from the provider")],
        missing="Say whether it is paid or taken back",
    )  # fmt: skip
    excl = Figure(label="Amount without VAT, in pounds", missing="Enter the amount", example="25.50")
    vat = Figure(label="VAT, in pounds", required=False, help_text="Leave it empty when there is none.")
    text = LongText(
        label="Why?", help_text="The second person reads this, and the provider once it is approved.",
        missing="Say why this is paid or taken back", max_length=TEXT_LIMIT,
    )  # fmt: skip

    def __init__(self, *positional: Any, lines: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        pick: Any = self.fields["about_line"]
        pick.choices = [("", "Choose"), *((str(pk), words) for pk, words in lines)]

    def clean(self) -> dict[str, Any]:
        """An amount has no sign: the way says which."""
        data = super().clean()
        for name in ("excl", "vat"):
            if (data.get(name) or 0) < 0:
                self.add_error(name, f"{NO_FIGURE}: say above which way it goes")
        return data

    @property
    def amounts(self) -> tuple[Decimal, Decimal]:
        """Without VAT, and the VAT; below zero when it is taken back."""
        data = self.cleaned_data
        sign = -1 if data["way"] == "take" else 1
        return sign * data["excl"], sign * (data["vat"] or Decimal(0))


class DecideForm(TurnForm):
    """Approve an amount by hand, or not."""

    what_failed: ClassVar[str] = "Nothing was decided"
    button: ClassVar[str] = "Record the decision"
    way = Radios(
        label="Do you approve it?", choices=[("approve", "Approve: it becomes part of the payment"),
                                             ("refuse", "Do not approve: it is gone, and the story says why")],
        missing="Choose whether you approve it",
    )  # fmt: skip
    text = LongText(label="Why not?", required=False, max_length=TEXT_LIMIT, rows=3)

    def __init__(self, *positional: Any, own: bool, **options: Any) -> None:
        super().__init__(*positional, **options)
        if own:
            self.fields.pop("way")
            self.fields["text"].label = "Why do you take it back?"
            self.button = "Take it back"  # type: ignore[misc]

    def layout(self) -> Layout:
        """The reason stands under the choice that needs it."""
        first: list[Any] = [Reveal("way", {"refuse": ["text"]})] if "way" in self.fields else ["text"]
        return Layout(*first, "task", "opened", "client_key")

    def clean(self) -> dict[str, Any]:
        """Not approving needs a reason."""
        data = super().clean()
        if data.get("way", "refuse") == "refuse" and not data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", "Say why it is not approved")
        return data


class HoldForm(TurnForm):
    """The lower part of a form whose upper part is a table of boxes: the page writes the form around both."""

    @property
    def helper(self) -> Any:
        """Its fields and its button alone."""
        helper = super().helper
        helper.form_tag, helper.disable_csrf = False, True
        return helper


class PutBackForm(HoldForm):
    """Nothing is asked but which lines."""

    what_failed: ClassVar[str] = "No line was put back"
    button: ClassVar[str] = "Put these lines back"


class HoldOutForm(HoldForm):
    """Why lines are held out of a payment."""

    what_failed: ClassVar[str] = "No line was held out"
    button: ClassVar[str] = "Hold these lines out"
    text = LongText(
        label="Why are they held out?", help_text="The provider reads this beside the lines.",
        missing="Say why these lines are held out", max_length=TEXT_LIMIT,
    )  # fmt: skip


class StopForm(TurnForm):
    """How a notice was checked, or why it stops nothing."""

    text = LongText(label="How did you check it?", missing="Say how you checked it", max_length=TEXT_LIMIT)

    def __init__(self, *positional: Any, verb: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        if verb == "lift":
            self.fields["text"].label = "Why does it stop nothing?"
            self.fields["text"].error_messages["required"] = "Say why it is lifted"
            self.button, self.tone = "Lift the stop", "warning"  # type: ignore[misc]
        else:
            self.button = "Confirm the notice"  # type: ignore[misc]


class MethodForm(OpenedMixin, ClientKeyMixin, ConcordForm):
    """How a contract is paid from a day on."""

    what_failed: ClassVar[str] = "No payment method was recorded"
    button: ClassVar[str] = "See what changes"
    start = DateField(label="From", missing="Enter the first day on which it holds")
    calendar = Radios(label="Calendar", missing="Choose a calendar")
    net = Radios(
        label="Clients' contributions", missing="Say whether the clients' contributions are taken off",
        choices=[("net", "Net: what clients pay the provider is taken off"),
                 ("gross", "Gross: the council pays all, and collects what clients pay")],
    )  # fmt: skip
    basis = Radios(
        label="What is paid?",
        choices=[("planned", "What is planned"), ("actuals", "What was provided, by the actuals")],
        missing="Say what is paid: what is planned, or what was provided",
    )  # fmt: skip
    claimed = Radios(
        label="How is it claimed?", missing="Say whether the provider submits invoices",
        choices=[("itself", "Paid by itself"), ("invoice", "By invoices: paid once the provider's is accepted")],
    )  # fmt: skip

    def __init__(self, *positional: Any, calendars: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        if current().invoices is None:
            del self.fields["claimed"]
        choice: Any = self.fields["calendar"]
        choice.choices = list(calendars)

    @property
    def said(self) -> dict[str, Any]:
        """The words for methods.set_method."""
        data = self.cleaned_data
        return {"start": data["start"], "calendar": data["calendar"], "net": data["net"] == "net",
                "on_actuals": data["basis"] == "actuals",
                "invoiced": data.get("claimed") == "invoice"}  # fmt: skip


class PlanForm(ClientKeyMixin, ConcordForm):
    """In how many periods a debt is taken back, or what was recovered in another way."""

    what_failed: ClassVar[str] = "Nothing was recorded"
    button: ClassVar[str] = "Record it"
    way = Radios(
        label="How is it recovered?", missing="Choose how it is recovered",
        choices=[("plan", "By instalments, out of the periods to come"),
                 ("none", "Not out of the periods to come"),
                 ("paid", "It was recovered in another way")],
    )  # fmt: skip
    count = forms.IntegerField(
        label="In how many periods?", required=False, min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
    )  # fmt: skip
    amounts = forms.CharField(
        label="Other amounts",
        required=False,
        max_length=400,
        help_text="Only when the parts are not alike: one amount a period, with spaces between, such as 500 300 348.67",
    )
    amount = Figure(label="What was recovered, in pounds", required=False, example="500.00")
    text = LongText(
        label="What was agreed, or how was it recovered?", help_text="The provider reads this.",
        missing="Say what was agreed, or how it was recovered", max_length=TEXT_LIMIT,
    )  # fmt: skip

    def __init__(self, *positional: Any, ways: Collection[str], **options: Any) -> None:
        super().__init__(*positional, **options)
        way: Any = self.fields["way"]
        way.choices = [each for each in way.choices if each[0] in ways]

    def layout(self) -> Layout:
        """What each way needs stands under it."""
        return Layout(Reveal("way", {"plan": ["count", "amounts"], "paid": ["amount"]}), "text", "client_key")

    def clean(self) -> dict[str, Any]:
        """What each way needs."""
        data = super().clean() or {}
        way = data.get("way")
        for name in {"plan": {"amount"}, "paid": {"count", "amounts"}}.get(way or "", {"amount", "count", "amounts"}):
            self.errors.pop(name, None)
        if way == "plan" and not data.get("amounts") and not data.get("count") and "count" not in self.errors:
            self.add_error("count", "Enter in how many periods it is taken back")
        if way == "paid" and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "Enter what was recovered")
        if way == "plan" and data.get("amounts"):
            data["parts"] = self._parts(data["amounts"])
        return data

    def _parts(self, typed: str) -> list[Decimal]:
        try:
            found = [Decimal(each.replace("£", "").replace(",", "")) for each in typed.split()]
        except ArithmeticError:
            self.add_error("amounts", "Enter amounts such as 500 300 348.67")
            return []
        if any(each != each.quantize(Decimal("0.01")) for each in found):
            self.add_error("amounts", "Enter pounds and pence")
        return found
