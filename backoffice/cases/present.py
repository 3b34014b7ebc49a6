"""What a case's page says: what to do now, who has it, when it is due, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from backoffice.casework.asking import works_for
from backoffice.casework.states import state_tag
from backoffice.web.clock import Clock, clock
from backoffice.web.pieces import Fact
from backoffice.web.words import moment, per_week, per_year, weekday_date, weekday_moment
from workflows.contracts.rules import State, reason_label
from workflows.contracts.selectors import Page
from workflows.council.profile import current
from workflows.engine import clocks, door
from workflows.engine import moment as clock_of
from workflows.parties.actor import Actor


def view_of(page: Page, actor: Actor) -> "View":
    """A document as this person sees it now."""
    return View(page, actor, clock_of.now(), page.moved)


@dataclass(frozen=True, slots=True)
class Now:
    """The now panel: one thing to do at most, and its less usual sibling."""

    title: str
    text: str = ""
    warm: bool = False
    button: str = ""
    href: str = ""
    also: str = ""
    also_href: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A document as one person sees it now."""

    page: Page
    actor: Actor
    now: datetime
    moved: bool  # the line says something else than the document by now

    @property
    def state(self) -> str:
        """The state of the case."""
        return self.page.case.state

    @property
    def group(self) -> str | None:
        """The service group, which says whose work it is."""
        service = self.page.case.service
        return service.group if service else None

    @property
    def publishes(self) -> bool:
        """Whether the person is in the team that publishes documents of such a service."""
        return works_for(self.actor, "brokerage", self.group)

    def may(self, verb: str) -> bool:
        """Whether the door would let the person use a verb now: also asked of the team that was handed the turn."""
        return door.may(self.actor, verb, self.page.case, self.page.turn, self.group) is None

    @property
    def clock(self) -> Clock:
        """How long is left."""
        turn = self.page.turn
        return clock(turn.due_at, self.now, at_risk_at=turn.at_risk_at) if turn else clock(None, self.now)

    def address(self, name: str) -> str:
        """The address of one of the case's pages."""
        return reverse(f"council:{name}", args=[self.page.case.pk])

    def panel(self) -> Now:
        """What to do now."""
        if self.state == State.REJECTED:
            return self._amend()
        if self.state == State.PUBLISHED:
            return self._awaiting()
        return self._closed()

    def facts(self) -> list[Fact]:
        """The strip under the panel."""
        due = self.page.turn.due_at if self.page.turn else None
        latest = self.page.latest
        return [
            Fact("Status", tag=state_tag(self.state), note=f"version {latest.number}"),
            Fact("Who has it", self.holder(), self._since()),
            Fact("Due", weekday_moment(due) if due else "Nothing is due", "" if not due else self.clock.note,
                 tag=self.clock.tag),
            Fact("At stake", per_week(latest.weekly), per_year(latest.weekly)),
        ]  # fmt: skip

    def holder(self) -> str:
        """Who has it, in words."""
        case, turn = self.page.case, self.page.turn
        if case.holder == "provider":
            return str(case.organisation.name)
        if case.holder_team is None:
            return "Nobody: it is closed"
        if turn is None or turn.owner is None:
            return str(case.holder_team.name)
        return f"{'You' if turn.owner_id == self.actor.user_id else turn.owner.name}, {case.holder_team.name}"

    def _since(self) -> str:
        turn, since = self.page.turn, self.page.case.holder_since
        if turn is None or turn.team_id is None:
            return f"since {moment(since)}"
        return f"since {moment(turn.assigned)}" if turn.owner_id else f"unclaimed, since {moment(since)}"

    def why_mine(self) -> str:
        """Why it is with whoever has it."""
        case, turn = self.page.case, self.page.turn
        if case.holder == "provider":
            return f"{case.organisation.name} answers what is published about {self._service()}."
        if case.holder_team is None or turn is None:
            return "It is closed, so nobody has it."
        why = f"{case.holder_team.name} amends what a provider rejects."
        if turn.owner is None:
            return f"{why} Nobody has claimed it."
        who = "You" if turn.owner_id == self.actor.user_id else turn.owner.name
        return f"{why} {who} claimed it on {moment(turn.assigned)}."

    def why_then(self) -> list[str]:
        """Why it is due when it is, in the sentences of its clock."""
        told = clocks.of_task(self.page.turn, self.now) if self.page.turn else None
        return told.sentences if told else ["Nothing is due."]

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
            return Now(f"{label} rejected. {self._team()} amends it by {weekday_date(self._due())}", said)
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
        return Now(f"{who} has it: answer due {weekday_date(self._due())}, {self.clock.sentence}", text)

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

    def _due(self) -> datetime | None:
        return self.page.turn.due_at if self.page.turn else None

    def _service(self) -> str:
        service = self.page.case.service
        return service.name if service else "its services"

    def _team(self) -> str:
        team = self.page.case.holder_team
        return team.name if team else "The council"
