"""A case of any kind as one person sees it now; each kind says in its own words what there is to do (kinds.py)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from backoffice.casework.states import state_tag
from backoffice.web.clock import Clock, clock
from backoffice.web.pieces import Entry, Fact, Now, Tag
from backoffice.web.words import moment, weekday_moment
from workflows.engine import clocks, door
from workflows.engine import moment as clock_of
from workflows.engine.models import Case, Task
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor

from .rooms import list_name


class CaseView(ABC):
    """What every page of a case asks. A kind overrides what it says otherwise."""

    label = ""  # in titles of pages: never a client's name
    caption = ""
    own_list = False  # the list is where this kind is worked through, so the way back leads there, not to the queue

    def __init__(self, case: Case, turn: Task | None, actor: Actor) -> None:
        self.case, self.turn, self.actor = case, turn, actor
        self.now: datetime = clock_of.now()

    @property
    def state(self) -> str:
        """The state of the case."""
        return self.case.state

    @property
    def group(self) -> str | None:
        """The service group, which says whose work it is."""
        return self.case.service.group if self.case.service else None

    def may(self, verb: str) -> bool:
        """Whether the door would let the person use a verb now: also asked of the team that was handed the turn."""
        return door.may(self.actor, verb, self.case, self.turn, self.group) is None

    @property
    def clock(self) -> Clock:
        """How long is left."""
        turn = self.turn
        return clock(turn.due_at, self.now, at_risk_at=turn.at_risk_at) if turn else clock(None, self.now)

    @property
    def due(self) -> datetime | None:
        """When the open turn is due."""
        return self.turn.due_at if self.turn else None

    def address(self, name: str) -> str:
        """The address of one of the case's pages."""
        return reverse(f"council:{name}", args=[self.case.pk])

    @property
    def list_name(self) -> str:
        """What the council calls that list."""
        return list_name(self.case.kind)

    @property
    @abstractmethod
    def list_href(self) -> str:
        """Where all cases of the kind are listed."""

    @property
    @abstractmethod
    def heading(self) -> str:
        """What stands above the page."""

    @abstractmethod
    def panel(self) -> Now:
        """What to do now."""

    @abstractmethod
    def duty(self) -> str:
        """Why it is with whoever has it, in one sentence."""

    @abstractmethod
    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""

    def tabs(self) -> list[tuple[str, str, str]]:
        """Further pages of the kind, between the story and the clocks: (name of the address, words, count)."""
        return []

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=state_tag(self.state))

    def stake(self) -> Fact | None:
        """The fourth fact of the strip: what depends on it."""
        return None

    def facts(self) -> list[Fact]:
        """The strip under the panel."""
        due, stake = self.due, self.stake()
        note = self.clock.note if due else ""
        when = Fact("Due", weekday_moment(due) if due else "Nothing is due", note, tag=self._at_risk())
        who = Fact("Who has it", self.holder(), self._since())
        return [self.status(), who, when, *([stake] if stake else [])]

    def holder(self) -> str:
        """Who has it, in words."""
        case, turn = self.case, self.turn
        if case.holder == "provider":
            return str(case.organisation.name)
        if case.holder_team is None:
            return "Nobody: it is closed"
        if turn is None or turn.owner is None:
            return str(case.holder_team.name)
        return f"{'You' if turn.owner_id == self.actor.user_id else turn.owner.name}, {case.holder_team.name}"

    def team(self) -> str:
        """The team that has it, by name."""
        return self.case.holder_team.name if self.case.holder_team else "The council"

    def why_mine(self) -> str:
        """Why it is with whoever has it, and who claimed it."""
        turn, why = self.turn, self.duty()
        if turn is None or turn.team_id is None:
            return why
        if turn.owner is None:
            return f"{why} Nobody has claimed it."
        who = "You" if turn.owner_id == self.actor.user_id else turn.owner.name
        return f"{why} {who} claimed it on {moment(turn.assigned)}."

    def why_then(self) -> list[str]:
        """Why it is due when it is, in the sentences of its clock."""
        told = clocks.of_task(self.turn, self.now) if self.turn else None
        return told.sentences if told else ["Nothing is due."]

    def _at_risk(self) -> Tag | None:
        return self.clock.tag

    def _since(self) -> str:
        turn, since = self.turn, self.case.holder_since
        if turn is None or turn.team_id is None:
            return f"since {moment(since)}"
        return f"since {moment(turn.assigned)}" if turn.owner_id else f"unclaimed, since {moment(since)}"
