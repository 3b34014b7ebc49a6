"""Nobody who leaves a team, is deactivated or loses a role strands a task.

What they had claimed goes back to its team; a provider's turn that nobody there may answer any more is the helpline's
to put right. Both are found from how things are now, so a message lost or a race lost is put right an hour later.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min

from workflows.council.profile import current
from workflows.engine import moment, outbox, selectors
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Rung, Task
from workflows.engine.reactions import reacts_to
from workflows.engine.turns import standing
from workflows.engine.turns.words import NOBODY_ANSWERS
from workflows.parties.models import Team
from workflows.parties.selectors import system_actor

from .writing import LEFT

RUNG = "nobody_answers"

#: Open turns of a team that are claimed by somebody who is not in it, or does not work here any more.
STRANDED = """
SELECT t.id, t.owner_id, u.is_active FROM engine_task t JOIN parties_user u ON u.id = t.owner_id
WHERE t.finished IS NULL AND t.team_id IS NOT NULL AND (%(user)s::bigint IS NULL OR t.owner_id = %(user)s)
  AND NOT (u.is_active AND EXISTS (
    SELECT FROM parties_teammember m WHERE m.user_id = t.owner_id AND m.team_id = t.team_id))
ORDER BY t.id
"""


@reacts_to(LEFT, name="people.strand_nothing")
def somebody_left(payload: Mapping[str, Any], _key: str) -> None:
    """Give back what somebody who has left had claimed, and find providers' turns that nobody may answer now."""
    release_stranded(payload["user"])
    tell_helpline()


def put_right() -> None:
    """Give back what people who have left still have, and tell the helpline what no provider's person may answer."""
    release_stranded()
    tell_helpline()


def release_stranded(user_id: int | None = None) -> int:
    """Let go of every turn whose owner is not there any more, or of one person's; returns how many."""
    system = system_actor()
    with connection.cursor() as cursor:
        cursor.execute(STRANDED, {"user": user_id})
        rows = cursor.fetchall()
    released = 0
    for task_id, owner_id, active in rows:
        key = f"let_go:{task_id}:{moment.now().isoformat()}"
        why = "left_team" if active else "deactivated"
        try:
            standing.let_go(actor=system, task_id=task_id, user_id=owner_id, why=why, key=key)
            released += 1
        except (Stale, Busy):
            continue  # the next hour's look finds it again
        except Refused as refusal:
            if refusal.code != "moved_on":
                raise
    return released


@transaction.atomic
def tell_helpline() -> int:
    """Tell the helpline of turns that have come to be unanswerable, once each until they can be answered again."""
    lonely = selectors.unanswerable()
    Rung.objects.filter(rung=RUNG).exclude(task__in=lonely.order_by().values("pk")).delete()
    sql, parameters = lonely.order_by().values("pk").query.sql_with_params()
    now = moment.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO engine_rung (task_id, rung, since, told_at)"  # noqa: S608
            f" SELECT found.id, %s, %s, %s FROM ({sql}) AS found(id)"
            " ON CONFLICT DO NOTHING RETURNING task_id",
            [RUNG, now, now, *parameters],
        )
        new = [row[0] for row in cursor.fetchall()]
    if new:
        _tell(new)
    return len(new)


def _tell(task_ids: list[int]) -> None:
    """One notice a team of the helpline, however many turns there are."""
    rows = Task.objects.filter(pk__in=task_ids).values_list("service__group")
    found: dict[str, tuple[int, str]] = {}
    for group, count, first in rows.annotate(count=Count("pk"), first=Min("reference")).order_by("service__group"):
        team = current().team_for("helpline", group)
        sofar = found.get(team, (0, first))
        found[team] = (sofar[0] + count, min(sofar[1], first))
    for key, (count, first) in found.items():
        team_id = Team.objects.values_list("pk", flat=True).get(key=key)
        told = {
            "kind": NOBODY_ANSWERS,
            "reference": first,
            "figures": {"count": count},
            "audience": {"team": team_id, "role": None},
        }
        outbox.put("notify", f"nobody_answers:{key}:{min(task_ids)}:{moment.now().isoformat()}", told)
