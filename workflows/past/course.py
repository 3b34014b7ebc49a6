"""The course of a made-up year: what happens comes one after the other, each at its moment, through the usual commands.

A happening may let others happen later. Whatever turn a command opens is seen here, and somebody takes it in their own
time: a provider answers it; of a team somebody claims it (by choice, or the next one), and ends it, or does not yet.
What is past the end has not happened: that is what is open today.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from django.db import transaction

from workflows.engine import moment, reactions, sweep, turns
from workflows.engine.calendar import LONDON, Calendar, council_calendar
from workflows.engine.errors import Refused
from workflows.engine.models import Outbox, Task
from workflows.engine.turns.handing import teams_for
from workflows.parties.actor import Actor

from . import pace
from .crowd import Crowd

#: With what the keys of a made-up year begin.
KEYS = "history"
Do = Callable[[], object]
DAY = timedelta(days=1)
#: When turns are looked at that have come to be at risk, or past target.
LOOKS = (8, 11, 14, 17)
#: Working minutes that a turn without a promise may take, and that work on one takes.
UNPROMISED, WORK = 900, 50
#: How often somebody takes the next one, gives one back, hands one over, or keeps it for a later day.
NEXT, BACK, OVER, LATER = 0.55, 0.05, 0.045, 0.04


@dataclass(frozen=True, slots=True)
class Play:
    """How a turn of a node is ended. `begin`: from when somebody can; without, from its opening."""

    end: Callable[["Course", Task, Actor], None]
    begin: Callable[[Task], datetime] | None = None


@dataclass
class Course:
    """A year, its people, and what is still to happen."""

    begin: datetime
    end: datetime
    chance: Random
    crowd: Crowd
    plays: Mapping[str, Play]
    calendar: Calendar = field(default_factory=council_calendar)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Do]] = []
        self._order = count()
        self._keys = count(1)
        self._taken: set[int] = set()
        self._last_turn = Task.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._last_row = Outbox.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    # what rooms use

    def at(self, when: datetime, do: Do) -> None:
        """Let something happen."""
        heappush(self._waiting, (when, next(self._order), do))

    def later(self, minutes: float, do: Do) -> None:
        """Let something happen after so many working minutes."""
        self.at(self.calendar.add_minutes(moment.now(), int(minutes)), do)

    def each_day(self, a_day: float, do: Do) -> None:
        """Let something happen so often on an average working day, all year."""
        for day in self.days():
            for _ in range(pace.number(self.chance, a_day, day)):
                opens, shuts = self.calendar.hours_on(day)
                self.at(opens + (shuts - opens) * self.chance.random(), do)

    def days(self) -> Iterator[date]:
        """Every working day."""
        day = self.begin.astimezone(LONDON).date()
        while day <= self.end.astimezone(LONDON).date():
            if self.calendar.works_on(day):
                yield day
            day += DAY

    def key(self) -> str:
        """A key that no command has had."""
        return f"{KEYS}:{self.begin:%Y%m%d}:{next(self._keys)}"

    def likely(self, share: float) -> bool:
        """True so often."""
        return self.chance.random() < share

    # how it goes

    def run(self, say: Callable[[datetime], None]) -> None:
        """Let it all happen until the end; `say` is told of each month that begins."""
        for day in self.days():
            for hour in LOOKS:
                self.at(datetime.combine(day, time(hour, 55), LONDON), self._look)
        month = 0
        while self._waiting and self._waiting[0][0] < self.end:
            when, _, do = heappop(self._waiting)
            if when.astimezone(LONDON).month != month:
                month = when.astimezone(LONDON).month
                say(when)
            with moment.at(when):
                self._try(do)
                if do != self._look:
                    self._follow(when)
                    self._see_turns()

    def _try(self, do: Do) -> None:
        """What is refused has not happened: somebody was faster, or a rule forbids it. How often is told at the end."""
        try:
            do()
        except Refused as refusal:
            self.refused[f"{refusal.code}: {str(refusal)[:70]}"] += 1

    def _look(self) -> None:
        sweep.sweep(moment.now())

    def _follow(self, now: datetime) -> None:
        """Do what follows, as a worker would at that moment; what would be told is told to nobody a year later."""
        rows = list(Outbox.objects.filter(pk__gt=self._last_row).order_by("pk"))
        for row in rows:
            self._last_row = row.pk
            does = reactions.of(row.topic)
            if row.topic == "notify":
                row.delete()
            elif row.due_at > now + DAY and "lapse" in row.key:
                self.at(row.due_at, partial(self._react, row, does))
            elif does:  # what is refused stays for a worker, who says why
                self._try(partial(self._react, row, does))

    def _react(self, row: Outbox, does: list[reactions.Reaction]) -> None:
        with transaction.atomic():
            for each in does:
                each.function(row.payload, f"{row.key}:{each.name}")
            Outbox.objects.filter(pk=row.pk).update(done_at=moment.now())

    def _see_turns(self) -> None:
        """Let somebody take each turn that is new."""
        for task in Task.objects.filter(pk__gt=self._last_turn).order_by("pk"):
            self._last_turn = task.pk
            play = self.plays.get(_node(task))
            if play is None or task.finished is not None:
                continue
            if task.organisation_id is not None:
                who = f"provider:{task.organisation_id}"
                self._wait(task, who, play, partial(self._answer, task.pk))
            elif task.team_id is not None:
                who = f"team:{task.team_id}:{task.kind}"
                self._wait(task, who, play, partial(self._take, task.pk, task.team_id))

    def _wait(self, task: Task, who: str, play: Play, do: Do) -> None:
        begin = max(play.begin(task), moment.now()) if play.begin else moment.now()
        whole = self.calendar.minutes_between(begin, task.due_at) if task.due_at else UNPROMISED
        wait = whole * pace.part(self.chance, pace.of(who), begin.date())
        self.at(self.calendar.add_minutes(begin, int(wait) + 7), do)

    def _answer(self, task_id: int) -> None:
        """The provider ends its turn."""
        task = _open(task_id)
        if task is None or task.organisation_id is None:
            return
        actor = self.crowd.answering(task.organisation_id, task.flow_task.function)
        if actor is not None:
            self.plays[_node(task)].end(self, task, actor)

    def _take(self, task_id: int, team_id: int) -> None:
        """Somebody of a team claims a turn: this one, or the next; one turn is claimed for each that was opened."""
        task, actor = _open(task_id), self.crowd.member(team_id)
        if actor is None or (task is None and task_id not in self._taken):
            return
        own = task if task is not None and task.owner_id is None and task.team_id == team_id else None
        first = self._first(team_id, actor) if own is None or self.likely(NEXT) else None
        if first is not None:
            turns.claim_next(actor=actor, team_id=team_id, key=self.key())
        elif own is not None:
            turns.claim(actor=actor, task_id=own.pk, key=self.key())
        task = first or own
        if task is None:
            return
        self._taken.add(task.pk)
        self.done["claimed"] += 1
        self._with(task.pk, actor, team_id)

    def _first(self, team_id: int, actor: Actor) -> Task | None:
        """What the next one is; None where there is none, or it is none of this year's."""
        rows = Task.objects.filter(team=team_id, finished=None, owner=None, kind__in=actor.reads)
        first = rows.exclude(not_before__gt=moment.today()).order_by("due_at", "pk").first()
        mine = first is not None and first.created <= moment.now() and _node(first) in self.plays
        return first if mine else None

    def _with(self, task_id: int, actor: Actor, team_id: int) -> None:
        """What somebody does with a turn that they have claimed."""
        chance, work = self.chance.random(), max(self.chance.expovariate(1 / WORK), 4)
        if chance < BACK:
            self.later(work, lambda: self._give_back(task_id, actor, team_id))
        elif chance < BACK + OVER:
            self.later(work, lambda: self._hand_over(task_id, actor))
        elif chance < BACK + OVER + LATER:
            self.later(work, lambda: self._keep(task_id, actor))
        else:
            self.later(work, lambda: self.finish(task_id, actor))

    def finish(self, task_id: int, actor: Actor) -> None:
        task = _open(task_id)
        if task is not None and task.owner_id == actor.user_id:
            self.plays[_node(task)].end(self, task, actor)

    def _give_back(self, task_id: int, actor: Actor, team_id: int) -> None:
        turns.release(actor=actor, task_id=task_id, key=self.key())
        self._taken.discard(task_id)
        self.done["given back"] += 1
        self.later(self.chance.expovariate(1 / 400), lambda: self._take(task_id, team_id))

    def _hand_over(self, task_id: int, actor: Actor) -> None:
        """To another team that may open it, or to a colleague."""
        task = _open(task_id)
        if task is None or task.team_id is None:
            return
        able = [each.pk for each in teams_for(task) if self.crowd.teams.get(each.pk)]
        colleagues = self.crowd.others(task.team_id, actor)
        if able and (self.likely(0.6) or not colleagues):
            team = self.chance.choice(able)
            reason = "This is about something that your team looks after."
            turns.hand_over(actor=actor, task_id=task_id, team_id=team, reason=reason, key=self.key())
            self._taken.discard(task_id)
            self.later(self.chance.expovariate(1 / 500), lambda: self._take(task_id, team))
        elif colleagues:
            gets = self.chance.choice(colleagues)
            reason = "I am away for some days."
            turns.hand_over(actor=actor, task_id=task_id, user_id=gets.user_id, reason=reason, key=self.key())
            self.later(self.chance.expovariate(1 / 500), lambda: self.finish(task_id, gets))
        self.done["handed over"] += bool(able or colleagues)

    def _keep(self, task_id: int, actor: Actor) -> None:
        """Wait for somebody else until another day."""
        day = moment.today() + self.chance.randint(2, 6) * DAY
        turns.follow_up(
            actor=actor, task_id=task_id, day=day, reason="I have asked and await an answer.", key=self.key()
        )
        when = datetime.combine(day, time(10, self.chance.randrange(60)), LONDON)
        self.at(self.calendar.next_open(when), lambda: self.finish(task_id, actor))


def _node(task: Task) -> str:
    return f"{task.kind}.{task.node}"


def _open(task_id: int) -> Task | None:
    found: Task | None = Task.objects.select_related("process").filter(pk=task_id, finished=None).first()
    return found
