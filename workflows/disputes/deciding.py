"""What raising and deciding do to the rows of a dispute, inside its door."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Sum

from workflows.actuals import settling
from workflows.actuals.assessing import Assessment
from workflows.actuals.entry import read
from workflows.actuals.models import LineWeek
from workflows.actuals.rules import NOTHING
from workflows.actuals.settling import Settled
from workflows.engine import door

from . import rules
from .models import Dispute, DisputedRow
from .rules import ASK_AGAIN, Awaits, Choice

RELATED = ("line_week__line__client", "line_week__line__service", "line_week__line__service_level")
WRITTEN = ["words", "awaits", "decision", "decided_at", "decided_by", "paid_units", "paid_cost"]


def raised(dispute: Dispute, disputed: Sequence[LineWeek]) -> list[DisputedRow]:
    """The rows of a new dispute, with the figures of this moment: what would be paid of each as it was claimed."""
    ids = [each.pk for each in disputed]
    found = LineWeek.objects.select_related("line__service", "line__service_level").filter(pk__in=ids)
    lines = list(found.order_by("pk"))
    judged = settling.judged(dispute.week.week, lines, [read(each.rows) for each in lines])
    return [_row(dispute, line, judgement) for line, judgement in zip(lines, judged, strict=True)]


def rows_of(dispute_id: int) -> dict[int, DisputedRow]:
    """The rows of a dispute with what is read of their lines, by id."""
    rows = DisputedRow.objects.filter(dispute=dispute_id).select_related(*RELATED).order_by("pk")
    return {each.pk: each for each in rows}


def write(
    turn: door.Turn, rows: Mapping[int, DisputedRow], choices: Sequence[Choice], *, week_id: int, key: str
) -> None:
    """Keep what was chosen, and let the week have what was decided. The choices are sound."""
    words = _words(turn, choices)
    decided = [each for each in choices if each.way != ASK_AGAIN]
    judged = _settle(turn, rows, decided, week_id, key)
    for each in choices:
        row = rows[each.row]
        row.words_id = words.get(each.reason.strip())
        if each.way != ASK_AGAIN:
            _decided(turn, row, each, judged[row.pk])
    DisputedRow.objects.bulk_update([rows[each.row] for each in choices], WRITTEN)
    left = DisputedRow.objects.filter(dispute=turn.case.pk).exclude(awaits=Awaits.NOTHING)
    turn.case.amount = left.aggregate(all=Sum("at_stake", default=NOTHING))["all"]
    turn.facts["choices"] = [[each.row, each.way] for each in choices]
    turn.answer["paid"] = str(sum((each.pay for each in judged.values()), NOTHING))


def _settle(
    turn: door.Turn, rows: Mapping[int, DisputedRow], decided: Sequence[Choice], week_id: int, key: str
) -> dict[int, Assessment]:
    """What is payable of each decided row from now on, by its id."""
    if not decided:
        return {}
    settled = [_settled(rows[each.row], each.way) for each in decided]
    found = settling.settle(week_id=week_id, dispute_id=turn.case.pk, settled=settled, key=f"{turn.case.pk}:{key}")
    return {each.row: judgement for each, judgement in zip(decided, found, strict=True)}


def _settled(row: DisputedRow, way: str) -> Settled:
    amended = read(row.amended) if row.amended is not None else ()
    return Settled(row.line_week, row.version, rules.settled(way, read(row.line_week.rows), amended))


def _decided(turn: door.Turn, row: DisputedRow, choice: Choice, found: Assessment) -> None:
    row.awaits, row.decision = Awaits.NOTHING, choice.way
    row.decided_at, row.decided_by_id = turn.now, turn.actor.user_id
    row.paid_units, row.paid_cost = found.paid_units, found.pay


def _words(turn: door.Turn, choices: Iterable[Choice]) -> dict[str, UUID]:
    """The reasons as rows that can be erased: the same words for many rows are one."""
    found: dict[str, UUID] = {}
    for reason in dict.fromkeys(each.reason.strip() for each in choices):
        words = turn.event.write_down(f"reason_{len(found) + 1}" if found else "reason", reason)
        if words is not None:
            found[reason] = words
    return found


def _row(dispute: Dispute, line: LineWeek, judged: Assessment) -> DisputedRow:
    return DisputedRow(
        dispute=dispute,
        line_week=line,
        version=line.version,
        causes=line.causes,
        planned=line.planned,
        claimed=line.delivered,
        planned_cost=line.planned_cost,
        claimed_cost=judged.pay,
        payable_cost=line.payable_cost,
        at_stake=line.at_stake,
        unpriced=line.unpriced,
    )
