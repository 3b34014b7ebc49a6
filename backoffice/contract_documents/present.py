"""What a case's page says: what to do now, who has it, when it is due, and why."""

from collections.abc import Sequence

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.casework.asking import works_for
from backoffice.casework.states import state_tag
from backoffice.web import documents_told
from backoffice.web.pieces import Entry, Fact, Now
from backoffice.web.words import moment, per_week, per_year, weekday_date
from workflows.contracts.rules import State, reason_label
from workflows.contracts.selectors import Page
from workflows.council.profile import current
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor


def view_of(page: Page, actor: Actor) -> "View":
    """A document as this person sees it now."""
    return View(page, actor)


class View(CaseView):
    """A document as one person sees it now."""

    caption = "Contract document"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page = page
        self.moved = page.moved  # the line says something else than the document by now

    @property
    def label(self) -> str:  # type: ignore[override]
        """The council's word for it."""
        return current().contract_documents.type_label

    @property
    def heading(self) -> str:
        """What it is, for whom, where."""
        client = self.case.client
        whom = f" for {client} ({client.ss_ref})" if client else ""
        return f"{self.label}{whom}, {self._service()}"

    @property
    def list_href(self) -> str:
        """All contract documents."""
        return reverse("council:cases")

    @property
    def publishes(self) -> bool:
        """Whether the person is in the team that publishes documents of such a service."""
        return works_for(self.actor, "brokerage", self.group)

    def tabs(self) -> list[tuple[str, str, str]]:
        """Its versions, and its line."""
        return [("versions", "Documents and versions", str(len(self.page.versions))), ("case_line", "Line", "")]

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return documents_told.entries(self.page, chapters)

    def panel(self) -> Now:
        """What to do now."""
        if self.state == State.REJECTED:
            return self._amend()
        if self.state == State.PUBLISHED:
            return self._awaiting()
        return self._closed()

    def status(self) -> Fact:
        """Where it stands, and its version."""
        return Fact("Status", tag=state_tag(self.state), note=f"version {self.page.latest.number}")

    def stake(self) -> Fact:
        """What it costs."""
        return Fact("At stake", per_week(self.page.latest.weekly), per_year(self.page.latest.weekly))

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder == "provider":
            return f"{self.case.organisation.name} answers what is published about {self._service()}."
        if self.case.holder_team is None:
            return "It is closed, so nobody has it."
        usual = current().team(current().team_for("brokerage", self.group)).name
        if self.turn is not None and self.turn.outside is not None:
            return f"{self.turn.outside.name} was asked, and {self.team()} keeps it for them meanwhile."
        if usual != self.team():
            return f"{usual} amends what a provider rejects, and this one was handed to {self.team()}."
        return f"{usual} amends what a provider rejects."

    def rejected_words(self) -> str:
        """What the provider wrote, in quotation marks."""
        words = self.page.latest.words
        if words is None:
            return ""
        return "(the words were erased)" if words.erased_at else f"“{words.text}”"

    def _amend(self) -> Now:
        latest = self.page.latest
        label = reason_label(current().contract_documents, latest.reason)
        said = f"{self.page.case.organisation.name} rejected version {latest.number}: {self.rejected_words()}"
        if not self.may("republish"):
            return Now(f"{label} rejected. {self.team()} amends it by {weekday_date(self.due)}", said)
        return Now(
            f"Now: amend the {label.lower()} and republish, or withdraw with a reason",
            said,
            warm=True,
            button="Amend and republish",
            href=self.address("amend"),
            also="Withdraw",
            also_href=self.address("withdraw"),
        )

    def _awaiting(self) -> Now:
        who = self.page.case.organisation.name
        if self.moved and self.publishes:
            return Now(
                "Now: publish what the line says today",
                f"The line was changed after version {self.page.latest.number} was published. {who} has not answered.",
                warm=True,
                button="Publish the change",
                href=self._publishing(),
            )
        text = f"It was published on {moment(self.page.latest.published_at)}. You are told when they answer."
        return Now(f"{who} has it: answer due {weekday_date(self.due)}, {self.clock.sentence}", text)

    def _closed(self) -> Now:
        latest = self.page.latest
        who = latest.answered_by.name if latest.answered_by else ""
        if self.moved and self.publishes and self.page.newer is None and self.state != State.TERMINATED:
            text = f"Version {latest.number} was answered on {moment(latest.answered_at)}."
            return Now("The line has changed since: publish a new document", text, warm=True,
                       button="Publish the change", href=self._publishing())  # fmt: skip
        if self.page.newer is not None:
            newer = reverse("council:case", args=[self.page.newer.pk])
            return Now(f"{self.state.title()}: {self.page.newer.reference} took its place", button="", href="",
                       also=f"Open {self.page.newer.reference}", also_href=newer)  # fmt: skip
        when = f"Version {latest.number}: {latest.get_answer_display().lower()} by {who}, {moment(latest.answered_at)}."
        return Now(f"Nothing to do: {self.state}", when)

    def _publishing(self) -> str:
        return f"{reverse('council:publishing')}?line={self.page.document.line_id}"

    def _service(self) -> str:
        service = self.page.case.service
        return service.name if service else "its services"
