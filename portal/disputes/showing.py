"""What the page of one dispute says: one object that the template reads."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from backoffice.web import disputed
from backoffice.web.clock import Deadline, deadline
from backoffice.web.pieces import Fact, Now
from backoffice.web.words import date_words, moment, money, weekday_moment
from workflows.council.profile import current
from workflows.disputes.rules import State
from workflows.disputes.selectors import Page, text_of
from workflows.engine import door
from workflows.parties.actor import Actor

READ_ONLY = "Your role lets you read this dispute, not answer it."


@dataclass
class Shown:
    """One dispute as one person of its provider sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.page.case.state)

    @property
    def may_answer(self) -> bool:
        """Whether the door would take this person's response now."""
        page = self.page
        group = page.case.service.group if page.case.service else None
        return page.turn is not None and door.may(self.actor, "answer", page.case, page.turn, group) is None

    @property
    def reason(self) -> str:
        """Why it was disputed."""
        return text_of(self.page.dispute.reason)

    @cached_property
    def due(self) -> Deadline:
        """Until when whoever has it must act."""
        turn = self.page.turn
        return deadline(turn.due_at, self.now_is, at_risk_at=turn.at_risk_at) if turn else deadline(None, self.now_is)

    @property
    def heading(self) -> str:
        """Which week it is about."""
        service, week = self.page.case.service, date_words(self.page.dispute.week.week)
        return f"Disputed actuals, week of {week}{f', {service.name}' if service else ''}"

    @property
    def team(self) -> str:
        """The team that has it."""
        found = self.page.case.holder_team
        return found.name if found else current().name

    @property
    def now(self) -> Now:
        """What comes first on the page."""
        if self.state == State.DECIDED:
            return Now("Decided", f"{money(self.page.decided)} of these actuals is payable.")
        if self.state == State.ANSWERED:
            text = "You do not need to do anything. What is not in dispute is payable meanwhile."
            return Now(f"With {self.team}, decision due {self.due.on or 'soon'}", text)
        if not self.may_answer:
            return Now(f"To be answered {self.due.by}", READ_ONLY)
        text = f"{money(self.page.in_dispute)} depends on it. What is not in dispute is payable meanwhile."
        return Now(f"Answer {current().name} {self.due.by}", text, self.due.soon, "Go to your response", "#response")

    @property
    def facts(self) -> list[Fact]:
        """The strip under the panel: both sides see the same."""
        turn = self.page.turn
        since = f"since {moment(self.page.case.holder_since)}" if self.page.case.finished is None else ""
        due = Fact("Due", weekday_moment(turn.due_at) if turn and turn.due_at else "Nothing is due", self.due.rest)
        return [
            Fact("Status", tag=disputed.STATES[self.state]),
            Fact("Who has it", self.holder, since),
            due,
            *disputed.sums(self.page),
        ]

    @property
    def holder(self) -> str:
        """Who has it, in words."""
        if self.page.case.finished is not None:
            return "Nobody: it is decided"
        return str(self.page.case.organisation.name) if self.state == State.RAISED else self.team
