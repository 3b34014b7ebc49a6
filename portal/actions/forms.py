"""The forms of actions: the filter of the list, a new one in the seeds' order, a comment, and the three short ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from crispy_forms.utils import render_field
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.web.fields import DateField, LongText, Pick, TextField
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Enter, Find
from backoffice.web.words import weekday_date
from workflows.actions import entities, rules
from workflows.actions.entities import Found
from workflows.actions.rules import TITLE_LIMIT, Asked, Related, Side
from workflows.actions.selectors import Filters
from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id

from ..council import team_name

#: What the entity is called for each thing that an action can be about (norfolk-handbook §9 "Service User Name").
ENTITIES: Mapping[Related, tuple[str, str]] = {
    Related.CONTRACT: ("Contract", "Choose a contract"),
    Related.CLIENT: ("Service User Name", "Choose a service user"),
    Related.SERVICE: ("Service", "Choose a service"),
    Related.CONTACT: ("Contact", "Choose a contact"),
    Related.PROVIDER: ("Provider", "Choose the provider"),
}
#: What one types to find one of many.
FINDS: Mapping[Related, str] = {
    Related.CONTRACT: "contract: a part of its reference or title",
    Related.CLIENT: "service user: a part of the name or of the SSRef",
    Related.SERVICE: "service: a part of its name",
    Related.CONTACT: "contact: a part of the name",
}
#: What the first day of a notice is called.
SINCE = {"death": "Date of death", "away": "First day away", "move": "Day of the move"}
CHOOSE = "Choose"
CONTINUE = "continue"


class FilterForm(ConcordForm):
    """Open Actions Only, Assigned To (norfolk-handbook §9). It asks by GET, so that a view can be kept."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "View"

    open = forms.BooleanField(label="Open Actions Only", required=False)
    assigned = Pick(label="Assigned To", empty="Everybody", required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        field = self.fields["assigned"]
        field.choices = [*field.choices, ("provider", "Provider"), *_teams_that_have_actions()]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def filters(self) -> Filters:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(open_only=bool(data.get("open")), assigned_to=data.get("assigned") or "")


def _teams_that_have_actions() -> list[tuple[str, str]]:
    """The teams that an action can be with, as the list names them: `LA (Finance Team)` (bedford-actuals-guide)."""
    profile = current().actions
    every = [*profile.teams, *(key for each in profile.types for key in each.teams)]
    every += [each.answers_to for each in profile.senders]
    return [(str(team_id(key)), f"LA ({team_name(key)})") for key in dict.fromkeys(every)]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one person may begin: the types with what each may be about, in the profile's order."""

    actor: Actor
    types: Sequence[ActionType]
    line_id: int | None = None

    @classmethod
    def to(cls, actor: Actor, switched: frozenset[str], line_id: int | None = None) -> "Offer":
        """The types that the person's provider, role and reach allow."""
        able = rules.types_for(current().actions, Side.PROVIDER, switched)
        mine = [each for each in able if each.sensitivity == "general" or actor.sees(each.sensitivity)]
        return cls(actor, [each for each in mine if entities.related_for(actor, each.related)], line_id)

    def kind(self, key: str) -> ActionType | None:
        """A type that is offered."""
        return next((each for each in self.types if each.key == key), None)

    def related(self, kind: ActionType | None) -> list[Related]:
        """What an action of this type may be about; of any type while none is chosen."""
        wanted = kind.related if kind else tuple({name for each in self.types for name in each.related})
        return entities.related_for(self.actor, wanted)

    def entities(self, related: str, text: str, chosen: str) -> Found:
        """What can be chosen: of many those that the text finds, and what is chosen already."""
        if related == Related.PROVIDER:
            return Found([(self.actor.organisation_id or 0, self.actor.organisation_name)])
        number = _entity(chosen) if chosen.startswith(f"{related}:") else None
        return entities.found(self.actor, related, text=text, chosen=number)


class Part:
    """A part of the form that the choices above it change: a script fetches it anew (narrow.js)."""

    def __init__(self, name: str, *fields: Any) -> None:
        self.name, self.fields = name, fields

    def render(self, form: Any, context: Any, **more: Any) -> SafeString:
        """Write the fields that there are now, inside the box that the script replaces."""
        shown = [each for each in self.fields if not isinstance(each, str) or each in form.fields]
        inner = SafeString("".join(render_field(each, form, context, **more) for each in shown))
        return format_html('<div data-cc-part="{}">{}</div>', self.name, inner)


class Continue:
    """Shows what the choices so far lead to, where no script does."""

    def render(self, _form: Any, _context: Any, **_: Any) -> SafeString:
        """Write the button; the script takes it away."""
        return format_html(
            '<div class="govuk-form-group" data-cc-continue><button type="submit" name="{}" value="1"'
            ' class="govuk-button govuk-button--secondary" data-module="govuk-button">Continue</button>'
            '<div class="govuk-hint">Shows what you can choose for this type. What you have typed stays.</div></div>',
            CONTINUE,
        )


class NewActionForm(ClientKeyMixin, ConcordForm):
    """A new action, in the order of the seeds (suffolk-user-guide §4 steps 3 to 13)."""

    what_failed: ClassVar[str] = "The action was not created"
    button: ClassVar[str] = "Create Action"

    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    type = Pick(label="Type", missing="Choose a type", empty="Choose a type")
    related = Pick(label="Related to", required=False)
    find = TextField(label="Find", max_length=100, required=False)
    entity = Pick(label="Entity", required=False)
    since = DateField(label="Date", required=False)
    until = DateField(label="Last day away (optional)", required=False)
    wanted_by = DateField(label="Due date", required=False)
    team = Pick(label="Assign to", required=False, empty="Choose a team")
    title = TextField(label="Title", max_length=TITLE_LIMIT, missing="Enter a title")
    text = LongText(label="Description", missing="Enter a description", max_length=TEXT_LIMIT)
    files = FilesField(label="Files (optional)", required=False)  # type: ignore[assignment]

    def __init__(
        self, data: Any = None, *positional: Any, offer: Offer, promised: date, switched: frozenset[str],
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, *positional, **options)
        self.offer, self.promised, self.switched = offer, promised, switched
        self.kind = offer.kind(self._so_far("type"))
        self.about = self._related()
        self._offer_types()
        self._offer_entities()
        self._offer_days()
        self._offer_teams()
        self.fields["text"].help_text = current().actions.safeguarding

    def layout(self) -> Layout:
        """The seeds' order; the parts that the type decides are apart."""
        return Layout(
            Enter(self.button),
            "type",
            Part("related", "related"),
            Continue(),
            Part("entity", Find("find", "entity"), "entity"),
            Part("notice", "since", "until"),
            "wanted_by",
            Part("team", "team"),
            "title",
            "text",
            "files",
        )

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong with it at once, in the rules' own words."""
        data = super().clean() or {}
        profile, today = current().actions, self.today
        for name, fault in rules.faults(self.asked(), profile, Side.PROVIDER, today, self.switched).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, fault)
        return data

    @property
    def today(self) -> date:
        """The day of the council's clock."""
        return moment.today()

    def asked(self) -> Asked:
        """What was filled in, as the command takes it."""
        data = self.cleaned_data
        return Asked(
            type=data.get("type", ""),
            related=data.get("related", ""),
            entity=_entity(data.get("entity", "")),
            wanted_by=data.get("wanted_by"),
            team=data.get("team", ""),
            title=data.get("title", ""),
            text=data.get("text", ""),
            since=data.get("since"),
            until=data.get("until"),
        )

    def _so_far(self, name: str) -> str:
        """What is chosen in a field now, by what was sent or by the page that led here."""
        value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(value or "")

    def _related(self) -> str:
        able = self.offer.related(self.kind)
        chosen = self._so_far("related")
        if chosen in able:
            return chosen
        return able[0] if len(able) == 1 else ""

    def _offer_types(self) -> None:
        self._choices("type", [(each.key, each.label) for each in self.offer.types], "Choose a type")
        able = self.offer.related(self.kind)
        self._choices("related", [(each, each.title()) for each in able], CHOOSE)
        if self.kind and len(able) == 1:
            self.fields["related"].help_text = f"{self.kind.label}: always about a {able[0]}."

    def _offer_entities(self) -> None:
        """The field is called by what is chosen in it; it is not there before one can know."""
        if not self.about:
            del self.fields["entity"], self.fields["find"]
            return
        label, empty = ENTITIES[Related(self.about)]
        field = self.fields["entity"]
        found = self.offer.entities(self.about, self._so_far("find").strip(), self._so_far("entity"))
        field.label, field.help_text = label, found.hint
        self._choices("entity", [(f"{self.about}:{pk}", words) for pk, words in found.rows], empty)
        if not found.finds:
            del self.fields["find"]
            field.help_text = "" if found.rows else "There is none that your role reaches."
            return
        self.fields["find"].label = f"Find a {FINDS[Related(self.about)]}"

    def _offer_days(self) -> None:
        notice = self.kind.notice if self.kind else None
        if notice is None:
            del self.fields["since"]
        else:
            self.fields["since"].label = SINCE[notice]
        if notice != "away":
            del self.fields["until"]
        promise = current().actions.answer_within
        self.fields["wanted_by"].help_text = (
            f"The day you need an answer by, for example 24 4 2018. We answer within {promise}: by "
            f"{weekday_date(self.promised)}. You may name an earlier day; our promise stays the same."
        )

    def _offer_teams(self) -> None:
        profile = current().actions
        keys = rules.teams_for(profile, self.kind) if self.kind else profile.teams
        self._choices("team", [(key, team_name(key)) for key in keys], "Choose a team")
        if self.kind and self.kind.hint:
            self.fields["team"].help_text = self.kind.hint

    def _choices(self, name: str, found: Sequence[tuple[str, str]], empty: str) -> None:
        """A list with one entry has it chosen already; but whom an action is about is always chosen by somebody."""
        alone = len(found) == 1 and (name != "entity" or self.about == Related.PROVIDER)
        whole = list(found) if alone else [("", empty), *found]
        self.fields[name].choices = whole  # type: ignore[attr-defined]


def _entity(value: str) -> int | None:
    """The id in `client:12`; none for the provider itself."""
    related, _, number = value.partition(":")
    return int(number) if number.isdecimal() and related != Related.PROVIDER else None


class TurnForm(ClientKeyMixin, ConcordForm):
    """A form about the turn that was on the screen."""

    task = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def broken(self) -> bool:
        """Whether the part that only the page itself writes is missing or changed."""
        return "task" in self.errors


class CommentForm(TurnForm):
    """More words for the council, with files (suffolk-user-guide §4 steps 7 and 8)."""

    what_failed: ClassVar[str] = "Your comment was not sent"
    button: ClassVar[str] = "Submit comment"

    text = LongText(label="Your comment", max_length=TEXT_LIMIT, required=False)
    files = FilesField(label="Files (optional)", required=False)  # type: ignore[assignment]

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fields["text"].help_text = current().actions.safeguarding


class ClosureForm(TurnForm):
    """That it is no longer needed (suffolk-user-guide §4 steps 9 and 10)."""

    what_failed: ClassVar[str] = "Closure was not requested"
    button: ClassVar[str] = "Submit"

    text = LongText(label="Why it is no longer needed (optional)", max_length=TEXT_LIMIT, required=False)


class TakeBackForm(TurnForm):
    """That a notice was a mistake."""

    what_failed: ClassVar[str] = "The notice was not taken back"
    button: ClassVar[str] = "Take the notice back"
    tone: ClassVar[str] = "warning"

    text = LongText(
        label="What was wrong with the notice?", max_length=TEXT_LIMIT, missing="Say what was wrong with the notice"
    )


class ReopenForm(TurnForm):
    """That a closed action is needed again."""

    what_failed: ClassVar[str] = "The action was not reopened"
    button: ClassVar[str] = "Reopen the action"

    text = LongText(label="Why is it needed again?", max_length=TEXT_LIMIT, missing="Say why it is needed again")
    files = FilesField(label="Files (optional)", required=False)  # type: ignore[assignment]
