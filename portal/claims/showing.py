"""What the page of one claim says to its provider."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from backoffice.web import claimed
from backoffice.web.clock import Deadline, deadline
from backoffice.web.pieces import Fact, Now
from backoffice.web.words import moment, money, weekday_moment
from workflows.claims.rules import State
from workflows.claims.selectors import Page
from workflows.council.profile import current
from workflows.engine import door
from workflows.parties.actor import Actor

READ_ONLY = "Your role lets you read claims, not answer for them."


@dataclass
class Shown:
    """One claim as one person of its provider sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.page.case.state)

    @property
    def may_answer(self) -> bool:
        """Whether the door would take this person's answer now."""
        page = self.page
        group = page.case.service.group if page.case.service else None
        return page.turn is not None and door.may(self.actor, "answer", page.case, page.turn, group) is None

    @cached_property
    def due(self) -> Deadline:
        """Until when whoever has it must act."""
        turn = self.page.turn
        return deadline(turn.due_at, self.now_is, at_risk_at=turn.at_risk_at) if turn else deadline(None, self.now_is)

    @property
    def heading(self) -> str:
        """What is claimed, and about what."""
        return f"{self.page.kind}: {claimed.about(self.page)}"

    @property
    def team(self) -> str:
        """The team that has it."""
        found = self.page.case.holder_team
        return found.name if found else current().name

    @property
    def now(self) -> Now:
        """What comes first on the page."""
        amount = money(self.page.claim.amount)
        if self.state == State.ACCEPTED:
            return Now(f"Accepted: {amount}", claimed.paid_words(self.page))
        if self.state == State.REJECTED:
            return Now("Rejected", f"{self.page.reason}.")
        if self.state == State.SUBMITTED:
            return Now(f"With {self.team}, decision due {self.due.on or 'soon'}", "You do not need to do anything.")
        if not self.may_answer:
            return Now(f"To be answered {self.due.by}", READ_ONLY)
        text = f"{amount} depends on it."
        return Now(f"Answer {current().name} {self.due.by}", text, self.due.soon, "Go to your answer", "#answer")

    @property
    def facts(self) -> list[Fact]:
        """The strip under the panel."""
        case, turn = self.page.case, self.page.turn
        since = f"since {moment(case.holder_since)}" if case.finished is None else ""
        due = Fact("Due", weekday_moment(turn.due_at) if turn and turn.due_at else "Nothing is due", self.due.rest)
        amount = Fact("Amount", money(self.page.claim.amount))
        return [Fact("Status", tag=claimed.state_tag(case.state)), Fact("Who has it", self.holder, since), due, amount]

    @property
    def holder(self) -> str:
        """Who has it, in words."""
        if self.page.case.finished is not None:
            return "Nobody: it is decided"
        return str(self.page.case.organisation.name) if self.state == State.QUERIED else self.team
