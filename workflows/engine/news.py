"""What a person has been told, and that they have seen it."""

from typing import Any

from django.db import connection
from django.utils import timezone

from workflows.parties.actor import Actor

#: Who looked at what, and that their news of it is no news any more: one statement for every page that is opened.
OPENED = """
WITH seen AS (UPDATE "engine_notice" SET "read_at" = %(now)s
    WHERE "user_id" = %(user)s AND "case_id" = %(case)s AND "read_at" IS NULL)
INSERT INTO "engine_access" ("at", "user_id", "organisation_id", "what", "object_id", "client_id")
VALUES (%(now)s, %(user)s, %(organisation)s, %(what)s, %(case)s, %(client)s)
"""


def opened(actor: Actor, what: str, case_id: int, client_id: int | None = None) -> None:
    """Record that a person opened the page of a case, and mark their news of it as read."""
    values: dict[str, Any] = {
        "now": timezone.now(), "user": actor.user_id, "organisation": actor.organisation_id, "what": what,
        "case": case_id, "client": client_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(OPENED, values)
