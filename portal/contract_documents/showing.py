"""What the page of one document says: one object that the template reads (picture 02b)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from backoffice.web.clock import Deadline, deadline
from backoffice.web.documents_told import entries
from backoffice.web.held import Held, held
from backoffice.web.pieces import Entry, Fact, Now, Row, Tag
from backoffice.web.words import date_words, listing, moment, per_year, plural, weekday_date
from workflows.contracts import rules
from workflows.contracts.models import DocumentVersion
from workflows.contracts.selectors import FUNCTION, Page
from workflows.council.profile import current
from workflows.engine import clocks, spans
from workflows.engine import rules as turn_rules
from workflows.engine import selectors as engine
from workflows.engine.models import Attachment, Content
from workflows.parties.actor import Actor
from workflows.parties.audiences import people

from ..council import brokerage
from ..lines import acting
from .tables import STATES

State = rules.State
Answer = DocumentVersion.Answer
ANSWERS = {
    Answer.AGREED: Tag("Accepted", "green"),
    Answer.DEEMED: Tag("Accepted", "green"),
    Answer.REJECTED: Tag("Rejected", "red"),
    Answer.TERMINATED: Tag("Terminated", "grey"),
    Answer.SUPERSEDED: Tag("Superseded", "grey"),
}
DONE = {
    Answer.AGREED: "agreed to",
    Answer.DEEMED: "took no answer as agreement to",
    Answer.REJECTED: "rejected",
    Answer.TERMINATED: "terminated",
    Answer.SUPERSEDED: "superseded",
}
OPEN_TO_COPIES = {State.PUBLISHED, State.ACCEPTED}
MOST_NAMES = 5
ERASED = "(erased)"
BAR = 560  # pixels beside the boxes at the right


@dataclass(frozen=True, slots=True)
class Rejection:
    """A version that was rejected: by whom, when, why."""

    who: str
    number: int
    when: datetime | None
    reason: str
    text: str


@dataclass
class Shown:
    """One version of a document as one person sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime
    number: int

    @property
    def version(self) -> DocumentVersion:
        """The version on the screen."""
        return self.page.version(self.number)

    @property
    def is_latest(self) -> bool:
        """Whether it is the one in force."""
        return self.number == self.page.latest.number

    @property
    def state(self) -> str:
        """The state of the document."""
        return self.page.case.state

    @property
    def may_answer(self) -> bool:
        """Whether the person's role allows answering at this service."""
        return self.actor.may(FUNCTION, "edit", self.page.case.service_id)

    @property
    def asks(self) -> bool:
        """Whether the page has the answer form."""
        return self.is_latest and self.may_answer and self.state == State.PUBLISHED and self.page.turn is not None

    @property
    def type_label(self) -> str:
        """What the council calls such a document: NCC ISO."""
        return current().contract_documents.type_label

    @property
    def title(self) -> str:
        """For the browser's tab and history: the reference, never a name."""
        return f"{self.page.case.reference}, version {self.number}"

    @cached_property
    def due(self) -> Deadline:
        """Until when whoever has it must act."""
        turn = self.page.turn
        return deadline(turn.due_at, self.now_is, at_risk_at=turn.at_risk_at) if turn else deadline(None, self.now_is)

    @property
    def team(self) -> str:
        """The council team that has it, or that would have it after a rejection."""
        held = self.page.case.holder_team
        service = self.page.case.service
        return held.name if held else brokerage(service.group if service else None)

    @cached_property
    def answerers(self) -> str:
        """Who at the provider can answer, for somebody who can only read."""
        case = self.page.case
        audience = {"organisation": case.organisation_id, "service": case.service_id, "function": FUNCTION}
        names = list(people(audience).order_by("name").values_list("name", flat=True)[: MOST_NAMES + 1])
        if len(names) > MOST_NAMES:
            names = [*names[:MOST_NAMES], "others"]
        return listing(names)

    @property
    def now(self) -> Now:
        """What comes first on the page."""
        if not self.is_latest:
            return Now(
                f"This is version {self.number}. Version {self.page.latest.number} took its place",
                f"Version {self.page.latest.number} was published on {date_words(self.page.latest.published_at)}.",
                href=reverse("portal:document", args=[self.page.case.pk]),
                button=f"See version {self.page.latest.number}",
            )
        by_state = {
            State.PUBLISHED: self._awaiting,
            State.REJECTED: self._rejected,
            State.ACCEPTED: self._accepted,
            State.SUPERSEDED: self._superseded,
            State.TERMINATED: self._terminated,
        }
        return by_state[State(self.state)]()

    def _awaiting(self) -> Now:
        if not self.may_answer:
            return Now(f"To be agreed or rejected {self.due.by}", self.reader_words)
        first = "Read what changed" if self.number > 1 else "Read the document"
        parts = [] if self.due.clock.late else [f"{self.due.clock.words[:1].upper()}{self.due.clock.words[1:]}."]
        if self.rejection:
            version = f"version {self.rejection.number} was rejected"
            parts.append(f"{self.team} published it again after {version}. Reason: {self.rejection.reason}.")
        title = f"{first}, then agree or reject {self.due.by}"
        return Now(title, " ".join(parts), warm=self.due.soon, href="#answer", button="Go to your answer")

    @property
    def reader_words(self) -> str:
        """Who can answer, in place of the form."""
        who = self.answerers
        desk = current().helpdesk
        can = f"{who} can answer it." if who else f"Nobody at your organisation can answer it. Write to {desk.email}."
        return f"Your role lets you read this document, not answer it. {can}"

    def _rejected(self) -> Now:
        text = f"They publish a new version or withdraw the document {self.due.by}, {self.due.clock.words}."
        return Now(f"Rejected: with {self.team}", text)

    def _accepted(self) -> Now:
        return Now("Accepted: there is nothing more to do", f"{self.answered(self.version)}.")

    def _superseded(self) -> Now:
        newer = self.page.newer
        if newer is None:
            return Now("A newer document took its place")
        return Now(
            f"A newer document, {newer.reference}, took its place",
            "This one was closed without an answer.",
            href=reverse("portal:document", args=[newer.pk]),
            button="See the newer document",
        )

    def _terminated(self) -> Now:
        title = "Terminated: no answer is needed"
        last = next((each for each in reversed(self.story) if each.verb in {"terminate", "withdraw"}), None)
        if last is None:
            return Now(title)
        return Now(title, f"{last.actor} wrote on {date_words(last.at)}: {last.words.get('reason', '')}")

    @cached_property
    def story(self) -> list[engine.Chapter]:
        """What happened; a provider is shown only what is said of it here (rules.INSIDE stays inside)."""
        return engine.story(f"case:{self.page.case.pk}", turn_rules.INSIDE)

    @property
    def entries(self) -> list[Entry]:
        """The story, newest first."""
        return entries(self.page, self.story, inside=False)

    @cached_property
    def why_then(self) -> list[str]:
        """Why it is due when it is, in the sentences of its clock."""
        told = clocks.of_task(self.page.turn, self.now_is) if self.page.turn else None
        return told.sentences if told else []

    @cached_property
    def held(self) -> Held:
        """Who held it when, in working time: the minutes are those that the council counts by."""
        case = self.page.case
        return held(spans.of_case(case, self.now_is), provider=case.organisation.name, wide=BAR)

    @property
    def facts(self) -> list[Fact]:
        """Status, who has it, until when, money."""
        weekly = self.version.weekly
        cost = Fact("Cost", f"£{weekly:,.2f} weekly", per_year(weekly))
        if not self.is_latest:
            return [Fact(f"Version {self.number}", self.answer_tag(self.version).text, f"{self.what_happened}."), cost]
        found = [Fact("Status", STATES[State(self.state)].text), Fact("Who has it", self.holder)]
        if self.page.turn is not None and self.page.turn.due_at is not None:
            label = "Answer by" if self.state == State.PUBLISHED else "New version by"
            found.append(Fact(label, weekday_date(self.page.turn.due_at), self.due.clock.sentence))
        return [*found, cost]

    @property
    def holder(self) -> str:
        """Whose turn it is."""
        case = self.page.case
        if case.holder == "provider":
            return f"You ({case.organisation.name})" if self.may_answer else case.organisation.name
        return case.holder_team.name if case.holder_team else "Nobody: it is closed"

    @cached_property
    def changes(self) -> list[rules.Change]:
        """What this version changed."""
        return self.page.changed(self.number)

    @property
    def same_words(self) -> str:
        """How many figures stayed as they were."""
        same = len(self.version.figures) - len(self.changes)
        if not self.changes:
            return "No figure of the document changed."
        return f"{plural(same, 'other field is', 'other fields are')} the same."

    @cached_property
    def rejection(self) -> Rejection | None:
        """Why the version before this one was rejected."""
        return self.rejection_of(self.number - 1) if self.number > 1 else None

    def rejection_of(self, number: int) -> Rejection | None:
        """The rejection of a version, if it was rejected."""
        version = self.page.version(number)
        if version.answer != Answer.REJECTED:
            return None
        reason = rules.reason_label(current().contract_documents, version.reason)
        return Rejection(self.who(version), number, version.answered_at, reason, text_of(version.words))

    @property
    def own_rejection(self) -> Rejection | None:
        """What was said when this very version was rejected."""
        return self.rejection_of(self.number)

    @property
    def explanation(self) -> str:
        """What the council says about this version."""
        return text_of(self.version.explanation)

    @property
    def rows(self) -> list[Row]:
        """The document's figures."""
        figures = [Row(each.label, each.text) for each in rules.thawed(self.version.figures)]
        note = f"Published by {self.version.published_by.name} on {date_words(self.version.published_at)}"
        return [*figures, Row("Notes", note)]

    def who(self, version: DocumentVersion) -> str:
        """Who answered a version: you, or a name."""
        if version.answered_by is None:
            return "Nobody"
        return "You" if version.answered_by_id == self.actor.user_id else version.answered_by.name

    def answered(self, version: DocumentVersion) -> str:
        """`James Beiley rejected version 1 on 11 April 2018, 09:41`."""
        done = DONE[Answer(version.answer)]
        return f"{self.who(version)} {done} version {version.number} on {moment(version.answered_at)}"

    @property
    def what_happened(self) -> str:
        """How the version on the screen was answered; empty while nobody has."""
        return self.answered(self.version) if self.version.answer else ""

    def answer_tag(self, version: DocumentVersion) -> Tag:
        """What became of a version."""
        return ANSWERS[Answer(version.answer)] if version.answer else STATES[State.PUBLISHED]

    @property
    def versions(self) -> list[Fact]:
        """The versions, newest first, with how each was answered."""
        return [self._version(each) for each in self.page.versions]

    def _version(self, version: DocumentVersion) -> Fact:
        here = version.number == self.number
        said = moment(version.published_at)
        if version.answer:
            said = f"by {self.who(version).replace('You', 'you')}, {moment(version.answered_at)}"
        return Fact(
            f"Version {version.number}, this one" if here else f"Version {version.number}",
            said,
            tag=self.answer_tag(version),
            href="" if here else reverse("portal:document_version", args=[self.page.case.pk, version.number]),
            link=f"View version {version.number}",
        )

    @property
    def fingerprint(self) -> str:
        """The whole SHA-256 in groups of four, so that two of them can be compared by eye."""
        text = self.version.sha256
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def signed(self) -> list[Attachment]:
        """The signed copy of the version on the screen, if there is one."""
        found = self.page.signed_copy(self.number)
        return [found] if found is not None else []

    @property
    def action(self) -> str:
        """The address of an action about this document's line; empty for whom it is not."""
        line, case = self.page.document.line, self.page.case
        address = acting.about(line.pk, line.service_id, self.actor, acting.new_action())
        return f"{address}&document={case.pk}" if address else ""

    @property
    def may_attach(self) -> bool:
        """Whether a signed copy can be attached now."""
        wanted = current().contract_documents.signed_copy == "optional"
        return wanted and self.may_answer and self.is_latest and self.state in OPEN_TO_COPIES


def text_of(content: Content | None) -> str:
    """What somebody wrote; an erased text says so, and none is empty."""
    if content is None:
        return ""
    return ERASED if content.erased_at is not None else content.text
