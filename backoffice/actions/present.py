"""What an action's page says: whose turn it is and until when, what it is about, how its clocks stand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.urls import reverse

from backoffice.cases.frame import held_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import works_for
from backoffice.web import told
from backoffice.web.pieces import Entry, Fact, Now, Tag
from backoffice.web.words import date_range, date_words, moment, weekday_date, weekday_moment
from workflows.actions import conversation, selectors
from workflows.actions.flow import ANSWER, FIRST
from workflows.actions.rules import Related, State, sooner, type_of
from workflows.actions.selectors import Page
from workflows.council.profile import current
from workflows.engine import clocks, definitions
from workflows.engine.calendar import LONDON
from workflows.engine.selectors import Chapter
from workflows.engine.timing import limits
from workflows.parties.actor import Actor
from workflows.register.models import PaymentHold

KIND = selectors.KIND
TELLING = told.Telling(by_provider=frozenset({"open", "comment", "request_closure"}))
TAGS = {State.COUNCIL: Tag("Open", "blue"), State.PROVIDER: Tag("Open", "blue"),
        State.CLOSING: Tag("To be closed", "purple"), State.CLOSED: Tag("Closed", "grey")}  # fmt: skip
WAYS = {Related.CLIENT: "council:client", Related.CONTRACT: "council:contract"}
ANSWER_HERE = "#what-next"
CAUSES = {"death": "Date of death", "away": "First day away", "move": "Day of the move"}


def status_tag(state: str) -> Tag:
    """The state of an action as a tag."""
    return TAGS[State(state)]


def type_label(key: str) -> str:
    """The council's word for a type; the key of one that its profile no longer has."""
    kind = type_of(current().actions, key)
    return kind.label if kind else key


class View(CaseView):
    """An action as one person of the council sees it now."""

    label = "Action"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page, self.action = page, page.action

    @property
    def caption(self) -> str:  # type: ignore[override]
        """`Action, Query`."""
        return f"Action, {type_label(self.action.type)}"

    @property
    def heading(self) -> str:
        """Its title, and what it is about."""
        return f"{self.title}, {self.about}"

    @property
    def title(self) -> str:
        """What whoever began it called it."""
        words = self.action.title
        return "The words were erased" if words.erased_at else words.text or ""

    @property
    def about(self) -> str:
        """What it is about, in the seeds' words."""
        return selectors.about_page(self.page)

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    @property
    def responds_first(self) -> bool:
        """Whether the open turn still owes a first response."""
        clock = self.turn.clock_id if self.turn else None
        return clock is not None and definitions.by_id({clock})[clock].key == FIRST

    @property
    def list_href(self) -> str:
        """All actions."""
        return reverse("council:actions")

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=status_tag(self.state))

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, TELLING)

    def panel(self) -> Now:
        """Who has it, until when; and what they asked for."""
        made = {State.PROVIDER: self._theirs, State.CLOSED: self._closed}.get(State(self.state), self._ours)
        return made()

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.state == State.PROVIDER:
            return f"The council has answered, so it is {self.provider}'s turn."
        if self.state == State.CLOSED:
            return "It is closed, so nobody has it."
        if self.state == State.CLOSING:
            return f"{self.team()} closes what somebody asks to be closed."
        return f"It was given to {self.team()}."

    def wish(self) -> str:
        """By when whoever began it would like an answer, when that is sooner than what is promised."""
        due = self.due.astimezone(LONDON).date() if self.due else None
        if self.action.wanted_by is None or self.state == State.CLOSED:
            return ""
        who = self.provider if self.action.begun_by == "provider" else "The council"
        words = f"{who} would like an answer by {weekday_date(self.action.wanted_by)}"
        return f"{words}, before it is due." if sooner(self.action.wanted_by, due) else f"{words}."

    def aside(self) -> list[Fact]:
        """About this action: what the seeds' own page lists."""
        client = self.case.client
        way = WAYS.get(Related(self.action.related))
        number = client.pk if way == "council:client" and client else self.action.contract_id
        related = Fact("Related to", "" if way else self.about, href=reverse(way, args=[number]) if way else "",
                       link=self.about if way else "")  # fmt: skip
        holder = selectors.assigned_to(self.case.holder, self.case.holder_team.name if self.case.holder_team else None)
        return [
            Fact("Type", type_label(self.action.type)),
            related,
            Fact("Provider", self.provider),
            *([Fact("Sent under the name", self.action.sender)] if self.action.sender else []),
            *self._days(),
            Fact("Due", weekday_date(self.due) if self.due else "Nothing is due"),
            Fact("Assigned To", holder or "Nobody"),
            Fact("Status", tag=status_tag(self.state)),
            Fact("Reference", self.case.reference),
        ]

    def timekeeping(self, event: Any) -> list[Fact]:
        """How the promises stand, and who had it how long; `event` is any one of the conversation's."""
        held = held_of(self)
        so_far = ", ".join(words for _, words in held.sides) or "None yet"
        return [*self._first(event), *self._promise(), *self._case_clocks(event), Fact("Time so far", so_far)]

    def ends_lines(self) -> bool:
        """Whether the person may record the end of a line of this service."""
        return works_for(self.actor, "brokerage", self.group)

    def holds(self) -> list[dict[str, object]]:
        """The payments that a notice holds, with what is left to do about each line."""
        return [self._hold(each) for each in self.page.holds]

    def _hold(self, hold: PaymentHold) -> dict[str, object]:
        line = hold.line
        goes_on = hold.end is None and (line.end is None or line.end > hold.start)
        end = f"{reverse('council:line_end', args=[line.pk])}?end={hold.start.isoformat()}"
        return {
            "line": line.reference,
            "href": reverse("council:register_line", args=[line.pk]),
            "service": line.service.name,
            "held": f"held {date_range(hold.start, hold.end)}",
            "goes_on": goes_on,
            "ends": date_words(line.end) if line.end else "",
            "end": end if goes_on and self.ends_lines() else "",
        }

    def _ours(self) -> Now:
        what = "close it, or keep it open" if self.state == State.CLOSING else self._to_do()
        mine = self.may("close") if self.state == State.CLOSING else self.may("reply")
        words = "Close it, or keep it open" if self.state == State.CLOSING else "Reply"
        when = f"{what} by {weekday_date(self.due)}, {self.clock.sentence}" if self.due else what
        warm = self.clock.tag is not None
        return Now(f"{self._who()} it: {when}", self.wish(), warm=warm, button=words if mine else "",
                   href=ANSWER_HERE if mine else "")  # fmt: skip

    def _to_do(self) -> str:
        return "give a first response" if self.responds_first else "answer"

    def _who(self) -> str:
        turn = self.turn
        if turn is not None and turn.owner_id == self.actor.user_id:
            return "You have"
        if turn is not None and turn.owner is not None:
            return f"{turn.owner.name} has"
        return "Your team has" if turn is not None and turn.team_id in self.actor.team_ids else f"{self.team()} has"

    def _theirs(self) -> Now:
        when = f"answer due {weekday_date(self.due)}, {self.clock.sentence}" if self.due else "no answer is due"
        return Now(f"{self.provider} has it: {when}", self.wish() or "Your team is told when they answer.")

    def _closed(self) -> Now:
        when = f"It was closed on {moment(self.case.holder_since)}."
        if self.case.finished is not None:
            return Now("Nothing to do: closed", f"{when} It can no longer be reopened.")
        until = date_words(self.case.holder_since + timedelta(days=current().actions.reopen_days))
        return Now("Nothing to do: closed", f"{when} Either side can reopen it until {until}.")

    def _days(self) -> list[Fact]:
        action, kind = self.action, type_of(current().actions, self.action.type)
        found = []
        if action.since and kind and kind.notice:
            found.append(Fact(CAUSES[kind.notice], date_words(action.since)))
        if action.until:
            found.append(Fact("Until", date_words(action.until)))
        if action.wanted_by:
            found.append(Fact("Wanted by", weekday_date(action.wanted_by)))
        return found

    def _first(self, event: Any) -> list[Fact]:
        first = conversation.first_response(event, self.case.created)
        if first is None:
            return []
        label = f"First response, {first.target}"
        if first.at is not None:
            return [
                Fact(label, moment(first.at), tag=Tag("In time", "green") if first.kept else Tag("Too late", "red"))
            ]
        late = first.due < self.now
        return [Fact(label, f"Due {weekday_moment(first.due)}", tag=Tag("Late", "red") if late else None)]

    def _promise(self) -> list[Fact]:
        """The clock of the open turn; the first response's own is told above."""
        if self.turn is not None and self.responds_first:
            answer = definitions.present().by_key[ANSWER]
            due = limits(answer, self.turn.created).due
            return [Fact(f"Resolution, {answer.target}", f"Due {weekday_moment(due)}")]
        story = clocks.of_task(self.turn, self.now) if self.turn else None
        if story is None:
            return []
        label = {State.PROVIDER: "The provider's answer", State.CLOSING: "Closing"}.get(State(self.state), "Resolution")
        words = f"Due {weekday_moment(self.due)}."
        return [Fact(f"{label}, {story.target}", words, href=self.address("clocks"), link="Why is it due then?")]

    def _case_clocks(self, event: Any) -> list[Fact]:
        if not conversation.beginning(event).get("case_clocks"):
            return []
        used = ((each.name, each.clock.elapsed) for each in clocks.of_case(self.case, self.now))
        return [Fact(name, f"Used: {clocks.minutes_in_words(minutes)}") for name, minutes in used]
