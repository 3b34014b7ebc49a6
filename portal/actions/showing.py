"""What the page of one action says: one object that the template reads (picture 05a)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.urls import reverse

from backoffice.web.clock import Deadline, deadline
from backoffice.web.held import Held, held
from backoffice.web.pieces import Fact, Now, Tag
from backoffice.web.words import NOTHING, date_words, moment, plural, upper_first, weekday_date
from workflows.actions import rules, selectors
from workflows.actions.conversation import Piece
from workflows.actions.flow import ANSWER, FIRST, ActionFlow
from workflows.actions.models import Post
from workflows.actions.rules import Related, Side, State
from workflows.actions.selectors import FUNCTION, Page, about_page, assigned_to
from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import definitions, spans, timing
from workflows.engine.models import Attachment, Content
from workflows.parties.actor import Actor
from workflows.register.selectors import FUNCTION as LINES

from ..council import team_name
from .forms import SINCE
from .tables import ERASED, STATES, type_label

#: So many parts can be told apart in the bar; a longer conversation has its sums.
MOST_PARTS = 24
BAR = 560  # pixels beside the boxes at the right
#: What is said beside a post that did more than write.
DID = {"take_back", "ask_for_closure", "request_closure", "close", "keep_open", "reopen"}


@dataclass(frozen=True, slots=True)
class Said:
    """A post as the conversation shows it."""

    who: str
    of: str
    at: datetime
    did: str
    text: str
    files: Sequence[Attachment]
    provider: bool
    receipt: str = ""


@dataclass
class Shown:
    """One action as one person of its provider sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime

    @property
    def title(self) -> str:
        """What it is called by whoever began it; erased words say so."""
        return text_of(self.page.action.title) or ERASED

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.page.case.state)

    @property
    def kind(self) -> ActionType | None:
        """Its type, if the profile still has it."""
        return rules.type_of(current().actions, self.page.action.type)

    @property
    def type_label(self) -> str:
        """Its type in the council's words."""
        return type_label(self.page.action.type)

    @property
    def may_write(self) -> bool:
        """Whether the person's role lets them write here."""
        return may_write(self.actor, self.page.case.service_id)

    @property
    def asks(self) -> bool:
        """Whether the page has the comment form."""
        return self.may_write and self.page.open and self.page.turn is not None

    @property
    def may_close(self) -> bool:
        """Whether closure can be requested now."""
        return self.asks and self.state != State.CLOSING

    @property
    def may_take_back(self) -> bool:
        """Whether there is a notice that can be taken back."""
        return self.may_close and self.kind is not None and self.kind.notice is not None

    @property
    def may_reopen(self) -> bool:
        """Whether the window to reopen it is open."""
        return self.may_write and self.state == State.CLOSED and self.page.turn is not None

    @cached_property
    def due(self) -> Deadline:
        """Until when whoever has it must act: the clock that the council sees."""
        turn = self.page.turn
        return deadline(turn.due_at, self.now_is, at_risk_at=turn.at_risk_at) if turn else deadline(None, self.now_is)

    @property
    def team(self) -> str:
        """The council's team that has it."""
        found = self.page.case.holder_team
        return found.name if found else current().name

    @property
    def closing_team(self) -> str:
        """Who closes what somebody asks to be closed."""
        desk = current().actions.closing_desk
        group = self.page.case.service.group if self.page.case.service else None
        return team_name(current().routed(desk, group)) if desk else self.team

    @property
    def now(self) -> Now:
        """What comes first on the page."""
        by_state = {
            State.COUNCIL: self._with_council,
            State.PROVIDER: self._with_provider,
            State.CLOSING: self._closing,
            State.CLOSED: self._closed,
        }
        return by_state[self.state]()

    def _with_council(self) -> Now:
        what = "first response" if self._first_is_owed else "answer"
        text = "You do not need to do anything. You are told when they answer."
        return Now(f"With {self.team}, {what} {self._until}", text)

    def _with_provider(self) -> Now:
        if not self.may_write:
            return Now(f"To be answered {self.due.by}", "Your role lets you read this action, not answer it.")
        left = "" if self.due.clock.late else f"{upper_first(self.due.clock.words)}."
        return Now(
            f"Answer {current().name} {self.due.by}", left, warm=self.due.soon, href="#comment",
            button="Go to your answer",
        )  # fmt: skip

    def _closing(self) -> Now:
        text = "They close it and say why, or keep it open. You are told either way."
        return Now(f"With {self.team}, to be closed: {self._until}", text)

    def _closed(self) -> Now:
        if self.may_reopen:
            return Now(f"Closed{self._closed_on}", f"You can reopen it until {date_words(self.reopen_until)}.")
        return Now(
            f"Closed{self._closed_on}", "It can no longer be reopened. If you need it again, begin a new action."
        )

    @property
    def _closed_on(self) -> str:
        return f" on {date_words(self.closing.at)}" if self.closing else ""

    @property
    def _until(self) -> str:
        """`due Monday 23 April 2018, 2 working days left`."""
        if self.due.clock.late:
            return f"was due {self.due.on}, {self.due.clock.note}"
        return f"due {self.due.on}, {self.due.clock.words}"

    @property
    def _first_is_owed(self) -> bool:
        turn = self.page.turn
        return turn is not None and turn.clock_id == definitions.present().by_key[FIRST].id

    @cached_property
    def closing(self) -> Post | None:
        """What was written when it was closed, while it is closed."""
        return selectors.closing(self.page.case.pk) if self.state == State.CLOSED else None

    @property
    def explanation(self) -> str:
        """Why it is closed."""
        return text_of(self.closing.words) if self.closing else ""

    @property
    def reopen_until(self) -> date | None:
        """The last day on which it can be reopened."""
        return selectors.reopen_until(self.closing) if self.closing else None

    @cached_property
    def parts(self) -> Held:
        """Who held it when, in working time: the minutes are those that the council counts by."""
        case = self.page.case
        return held(self._spans, provider=case.organisation.name, wide=BAR)

    @cached_property
    def _spans(self) -> list[spans.Span]:
        return spans.of_case(self.page.case, self.now_is)

    @property
    def bar(self) -> Held | None:
        """The parts as a bar, while they can be told apart."""
        return self.parts if len(self.parts.parts) <= MOST_PARTS else None

    @property
    def who_had_it(self) -> list[Fact]:
        """What each had in all: `2.3 working days so far`."""
        sums: dict[str, int] = {}
        for part in self.parts.parts:
            sums[part.who] = sums.get(part.who, 0) + part.minutes
        having = {part.who for part in self.parts.parts if part.ended is None}
        provider = self.page.case.organisation.name
        every = sums if provider in sums else {**sums, provider: 0}
        return [
            Fact(who, f"{self.parts.words(minutes)}{' so far' if who in having else ''}")
            for who, minutes in every.items()
        ]

    def said(self, pieces: Iterable[Piece], *, first: bool) -> list[Said]:
        """What one page tells, the oldest first, with the receipt after the very first (`first`: it is on it)."""
        found = [self._said(each) for each in pieces]
        if first and found and self.page.action.begun_by == Side.PROVIDER:
            found.insert(1, self._receipt())
        return found

    def _said(self, piece: Piece) -> Said:
        """A post; or, where closure was requested without a word, that and who did it."""
        told = piece.chapter
        sender = self.page.action.sender if told.verb == "send" else ""
        wrote_for = piece.author_of or self.page.case.organisation.name
        you = " (you)" if told.actor_id == self.actor.user_id else ""
        return Said(
            who=sender or told.actor,
            of="" if sender else f"{wrote_for}{you}",
            at=told.at,
            did=upper_first(ActionFlow.said[told.verb]) if told.verb in DID else "",
            text=told.words.get("post", ""),
            files=piece.files,
            provider=piece.side != Side.COUNCIL,
        )

    def _receipt(self) -> Said:
        """What was promised when it was sent, to whoever had it first."""
        begun, case = self.page.case.created, self.page.case
        team = self._spans[0].team if self._spans else self.team
        words = (
            f"Reference {case.reference}. Sent to {team}, who will respond by {weekday_date(promised(FIRST, begun))}"
            f" and answer by {weekday_date(promised(ANSWER, begun))}."
        )
        return Said("", "", begun, "", "", (), provider=False, receipt=words)

    @property
    def about(self) -> list[Fact]:
        """The box at the right."""
        return [*self._what(), *self._days(), *self._where()]

    def _what(self) -> Iterator[Fact]:
        yield Fact("Type", self.type_label)
        yield Fact("Related to", about_page(self.page), href=self._line, link="See the care")
        if self.page.action.sender:
            yield Fact("Sent by", self.page.action.sender)

    @property
    def _line(self) -> str:
        line = self.page.action.line
        if line is None or self.page.action.related != Related.CLIENT:
            return ""
        return reverse("portal:line", args=[line.pk]) if self.actor.may(LINES, "view", line.service_id) else ""

    def _days(self) -> Iterator[Fact]:
        action, kind = self.page.action, self.kind
        if action.since is not None:
            label = SINCE[kind.notice] if kind and kind.notice else "Since"
            yield Fact(label, weekday_date(action.since))
        if action.until is not None:
            yield Fact("Last day away", weekday_date(action.until))
        if self.page.holds:
            yield Fact("Payments", f"Held for {plural(len(self.page.holds), 'line')}", note=self._held_words)
        if action.wanted_by is not None:
            ours = action.begun_by == Side.PROVIDER
            yield Fact(
                "Due date you asked for" if ours else "Wanted by", weekday_date(action.wanted_by), note=self.sooner
            )
        if self.page.open:
            yield Fact("Due", self.due.on or NOTHING, note=self.due.clock.words)

    @property
    def _held_words(self) -> str:
        return f"From {date_words(min(each.start for each in self.page.holds))}, until the council has answered this."

    @property
    def sooner(self) -> str:
        """That the day asked for is before the one promised; empty when it is not."""
        wanted, day = self.page.action.wanted_by, promised(ANSWER, self.page.case.created).date()
        theirs = self.page.action.begun_by == Side.PROVIDER
        return sooner_words(day) if theirs and rules.sooner(wanted, day) else ""

    def _where(self) -> Iterator[Fact]:
        case, action = self.page.case, self.page.action
        holder = case.holder_team.name if case.holder_team else None
        yield Fact("Assigned To", assigned_to(case.holder, holder) or "Nobody: it is closed")
        yield Fact("Status", STATES[self.state].text)
        yield Fact("Last Post Date", moment(action.last_post_at))
        yield Fact("Reference", case.reference)

    @property
    def tag(self) -> Tag:
        """How it stands, beside the title."""
        return STATES[self.state]


def promised(key: str, begun: datetime) -> datetime:
    """When a promise that began then is due."""
    return timing.limits(definitions.present().by_key[key], begun).due


def sooner_words(day: date) -> str:
    """That somebody asked for an earlier day than was promised."""
    return f"That is before the day that we promise, {weekday_date(day)}. We will try."


def may_write(actor: Actor, service_id: int | None) -> bool:
    """Whether a role lets somebody write in actions of this service; of the whole provider where there is none."""
    reach = actor.services_for(FUNCTION, "edit")
    return reach is None or (service_id is not None and service_id in reach)


def text_of(content: Content | None) -> str:
    """What somebody wrote; an erased text says so, and none is empty."""
    if content is None:
        return ""
    return ERASED if content.erased_at is not None else content.text
