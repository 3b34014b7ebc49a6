"""What administrators and auditors read of retention: the schedule, and the latest list with its counts and things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet, Sum

from workflows.council.profile import current
from workflows.council.retention import Kept, Retention
from workflows.engine import moment
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor

from . import kinds
from .listing import OPEN, rules_of
from .models import RetentionItem, RetentionList
from .rules import due_before, due_on

State = RetentionItem.State


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the schedule, with the day before which it is due, and what a list says of it."""

    number: int
    rule: Retention
    before: date
    due: int = 0
    held: int = 0
    erased: int = 0
    kept: int = 0


def require_reader(actor: Actor) -> None:
    """Administrators and auditors."""
    if not actor.duties & {"administrator", "auditor"}:
        raise Forbidden("Only administrators and auditors see what is due to be erased.")


def latest(actor: Actor) -> RetentionList | None:
    """The list that is open, else the latest that was erased."""
    require_reader(actor)
    rows = RetentionList.objects.select_related("prepared_by", "asked_by", "confirmed_by", "batch")
    return rows.filter(state__in=OPEN).first() or rows.filter(state="done").order_by("-pk").first()


def lines(found: RetentionList | None) -> Sequence[Line]:
    """The schedule with the counts of records; without a list, as the profile has it today."""
    if found is None:
        today = moment.today()
        return [Line(number, rule, due_before(rule, today)) for number, rule in enumerate(current().retention)]
    counts: dict[int, dict[str, tuple[int, int, int]]] = {}
    grouped = found.items.order_by().values_list("rule", "state").annotate(Sum("count"), Sum("held"), Count("pk"))
    for rule, state, count, held, things in grouped:
        counts.setdefault(rule, {})[state] = (count, held, things)
    nothing = (0, 0, 0)
    return [
        Line(
            number, rule, before,
            due=of.get(State.DUE, nothing)[0],
            held=sum(held for _, held, _ in of.values()),
            erased=of.get(State.ERASED, nothing)[0],
            kept=of.get(State.KEPT, nothing)[2],
        )
        for number, (rule, before) in enumerate(rules_of(found)) for of in [counts.get(number, {})]
    ]  # fmt: skip


def things(found: RetentionList, rule: int | None, state: str) -> QuerySet[RetentionItem]:
    """The things on a list, without an order."""
    rows = found.items.filter(list=found)
    if rule is not None:
        rows = rows.filter(rule=rule)
    if state == State.HELD:
        return rows.filter(held__gt=0)
    return rows.filter(state=state) if state in State.values else rows


def called(found: RetentionList, items: Sequence[RetentionItem]) -> Mapping[int, str]:
    """What each is called, by its own id: one query a kind on the page."""
    rules = [rule for rule, _ in rules_of(found)]
    names: dict[int, str] = {}
    for number in {each.rule for each in items}:
        mine = [each for each in items if each.rule == number]
        told = kinds.of(rules[number].what).called([each.subject_id for each in mine])
        names |= {each.pk: told.get(each.subject_id, "") for each in mine}
    return names


def due_items(found: RetentionList) -> int:
    """How many things would go."""
    return found.items.filter(state=State.DUE).count()


@dataclass(frozen=True, slots=True)
class Said:
    """What the schedule says of one thing: its entry, when it ended (nothing: it goes on), from when on it is due."""

    rule: Retention | None
    ended: datetime | None = None
    due_on: date | None = None

    @property
    def is_due(self) -> bool:
        """Whether its time is over."""
        return self.due_on is not None and self.due_on <= moment.today()


def said_of(what: Kept, pk: int) -> Said:
    """What the schedule says of one client, person or contact; whoever asks has asked whether they may."""
    rule = next((each for each in current().retention if each.what == what), None)
    if rule is None:
        return Said(None)
    ended = [each[1] for each in kinds.of(what).due(rule, moment.now(), [pk])]
    return Said(rule, ended[0], due_on(rule, ended[0])) if ended else Said(rule)
