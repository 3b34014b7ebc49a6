"""The forms with which the council begins an action, with one provider or with many at once."""

from collections.abc import Callable, Sequence
from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, DateField, LongText, Pick, TextField
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Enter, Find, Reveal
from workflows.actions.entities import Found
from workflows.actions.rules import TITLE_LIMIT, Asked, Related, Side, types_for
from workflows.council.profile import current
from workflows.engine.typed import TEXT_LIMIT

ENTITIES = {Related.CONTRACT: "contract", Related.CLIENT: "client", Related.SERVICE: "service",
            Related.CONTACT: "contact"}  # fmt: skip
WORDS = {Related.CONTRACT: "A contract", Related.CLIENT: "A service user", Related.SERVICE: "A service",
         Related.CONTACT: "A contact", Related.PROVIDER: "The provider"}  # fmt: skip
ALL, SOME = "all", "some"


class WhichProvider(ConcordForm):
    """Whom to write to."""

    what_failed = "Nothing was begun"
    button = "Continue"
    provider = Pick(label="Provider", missing="Choose the provider")

    def __init__(self, *positional: Any, providers: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        field: Any = self.fields["provider"]
        field.choices = [*field.choices, *((str(pk), name) for pk, name in providers)]
        field.error_messages["required"] = "Choose the provider"


class Message(ClientKeyMixin, ConcordForm):
    """What every new action of the council says, in the seeds' order."""

    what_failed = "Nothing was sent"
    type = Pick(label="Type")
    wanted_by = DateField(label="Wanted by", help_text="When you would like the answer. Leave it empty if it does not"
                          " matter.", required=False)  # fmt: skip
    team = Pick(label="Assigned to", help_text="The team that has the conversation: answers come to it.")
    sender = Pick(label="Sent under the name", required=False, empty="My team's own")
    title = TextField(label="Title", help_text="Do not write a name here: it stands in lists.", required=False,
                      max_length=TITLE_LIMIT)  # fmt: skip
    text = LongText(label="Text", help_text="The provider reads this.", required=False, max_length=TEXT_LIMIT)
    attached = FilesField(label="Files", required=False)

    def __init__(self, *positional: Any, switched: frozenset[str] = frozenset(), **options: Any) -> None:
        super().__init__(*positional, **options)
        profile = current()
        able = [each for each in types_for(profile.actions, Side.COUNCIL, switched) if self.takes(each.related)]
        self._fill("type", [(each.key, each.label) for each in able], "Choose a type")
        teams = [(key, profile.team(key).name) for key in profile.actions.teams]
        self._fill("team", teams, "Choose who it is assigned to")
        if profile.actions.senders:
            self._fill("sender", [(each.name, each.name) for each in profile.actions.senders], "")
        else:
            del self.fields["sender"]

    def takes(self, related: Sequence[str]) -> bool:
        """Whether a type that can be about this can be chosen here."""
        return bool(related)

    def asked(self, related: str, entity: int | None) -> Asked:
        """What was filled in, as the command takes it."""
        data = self.cleaned_data
        return Asked(data["type"], related, entity, data["wanted_by"], data["team"], data["title"], data["text"])

    def _fill(self, name: str, choices: Sequence[tuple[str, str]], missing: str) -> None:
        field: Any = self.fields[name]
        field.choices = [*field.choices, *choices]
        field.error_messages["required"] = missing


class OneForm(Message):
    """To one provider, about anything of theirs."""

    button = "Send it"
    related = Choice(label="Related to", choices=[], missing="Choose what it is related to")
    contract = Pick(label="Contract", required=False)
    client = Pick(label="Service user", required=False)
    service = Pick(label="Service", required=False)
    contact = Pick(label="Contact", required=False)

    find_contract = TextField(label="Find a contract: a part of its reference or title", max_length=100, required=False)
    find_client = TextField(label="Find a service user: a part of the name or of the SSRef", max_length=100,
                            required=False)  # fmt: skip
    find_service = TextField(label="Find a service: a part of its name", max_length=100, required=False)
    find_contact = TextField(label="Find a contact: a part of the name", max_length=100, required=False)

    def __init__(self, *positional: Any, finder: Callable[..., Found], **options: Any) -> None:
        super().__init__(*positional, **options)
        related: Any = self.fields["related"]
        used = {each for kind in types_for(current().actions, Side.COUNCIL) for each in kind.related}
        related.choices = [(str(each), WORDS[each]) for each in Related if each in used]
        for each, name in ENTITIES.items():
            self._offer(name, finder(each, text=self._typed(f"find_{name}"), chosen=_number(self._typed(name))))

    def _offer(self, name: str, found: Found) -> None:
        """What can be chosen; where they are many, with a box to find one."""
        self._fill(name, [(str(pk), words) for pk, words in found.rows], "")
        self.fields[name].help_text = found.hint
        if not found.finds:
            del self.fields[f"find_{name}"]

    def _typed(self, name: str) -> str:
        """What a field holds now."""
        value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(value or "").strip()

    def layout(self) -> Layout:
        """The seeds' order: type, related to and entity, when, who, title, text, files."""
        parts = {str(each): [Find(f"find_{name}", name), name] for each, name in ENTITIES.items()}
        sender = ["sender"] if "sender" in self.fields else []
        return Layout(Enter(self.button), "type", Reveal("related", parts), "wanted_by", "team", *sender, "title",
                      "text", "attached", "client_key")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Only the entity of what was chosen counts."""
        data = super().clean() or {}
        for each, name in ENTITIES.items():
            if data.get("related") != each:
                self.errors.pop(name, None)
                data[name] = ""
        return data

    @property
    def entity_field(self) -> str:
        """Where the entity was chosen; the radios for the provider itself."""
        return ENTITIES.get(Related(self.cleaned_data["related"]), "related")

    @property
    def entity(self) -> int | None:
        """What was chosen, by its id."""
        return _number(str(self.cleaned_data.get(self.entity_field, "")))


def _number(chosen: str) -> int | None:
    """The id of what was chosen."""
    return int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None


class ManyForm(Message):
    """To many providers at once, about each provider itself."""

    button = "Check before sending"
    to = Choice(label="To whom?", choices=[(ALL, "Every provider"), (SOME, "Some providers")],
                missing="Choose every provider or some")  # fmt: skip
    providers = forms.MultipleChoiceField(label="Providers", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *positional: Any, every: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        providers: Any = self.fields["providers"]
        providers.choices = [(str(pk), name) for pk, name in every]
        self.every = every

    def takes(self, related: Sequence[str]) -> bool:
        """What is about one client or contract is said to one provider."""
        return Related.PROVIDER in related

    def layout(self) -> Layout:
        """To whom, then what."""
        sender = ["sender"] if "sender" in self.fields else []
        return Layout(Reveal("to", {SOME: ["providers"]}), "type", "wanted_by", "team", *sender, "title", "text",
                      "attached", "client_key")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Some must be ticked when some are meant."""
        data = super().clean() or {}
        if data.get("to") == SOME and not data.get("providers") and "providers" not in self.errors:
            self.add_error("providers", "Tick at least one provider")
        return data

    @property
    def chosen(self) -> list[tuple[int, str]]:
        """The providers that it goes to."""
        ticked = set(self.cleaned_data["providers"])
        return [each for each in self.every if self.cleaned_data["to"] == ALL or str(each[0]) in ticked]
