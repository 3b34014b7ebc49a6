"""What every command on a record that is no case does: check what was typed, see what differs, write, tell it once.

Texts are tidied here and nowhere else; a refusal is a sentence for the person who typed.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from psycopg.errors import UniqueViolation

from workflows.parties.actor import Actor

from . import events, moment
from .errors import NotFound, Refused
from .models import Event

M = TypeVar("M", bound=Model)
MOST_WORDS = 2000


def changes(record: Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set the values on a record (not saved) and return what differs: {column: (old, new)}."""
    differing = {}
    for name, value in values.items():
        old = getattr(record, name)
        if old != value:
            differing[name] = (old, value)
            setattr(record, name, value)
    return differing


def require_changes(differing: Mapping[str, Any]) -> None:
    """Refuse a change that changes nothing: somebody meant something else."""
    if not differing:
        raise Refused("Nothing is different from what is recorded already.", "unchanged")


def checked_words(label: str, text: str, *, required: bool = False) -> str:
    """Return what a person wrote, tidied; Refused when it is missing or too long."""
    words = text.strip()
    if required and not words:
        raise Refused(f"Enter the {label}.", f"{label}_missing")
    if len(words) > MOST_WORDS:
        raise Refused(f"The {label} can have {MOST_WORDS:,} characters at most; yours has {len(words):,}.", "too_long")
    return words


def checked_name(label: str, text: str, *, most: int) -> str:
    """Return a reference or a name, tidied; Refused when it is empty, too long, or has characters nobody can see."""
    name = " ".join(text.split())
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise Refused(f"The {label} has a character that cannot be shown. Type it again.", "name")
    if not name or len(name) > most:
        raise Refused(f"The {label} must have 1 to {most} characters.", "name")
    return name


def refuse(reason: str | None) -> None:
    """Refuse with the sentence that a rule gave, if it gave one."""
    if reason is not None:
        raise Refused(reason, "not_possible")


def found(model: type[M], pk: int) -> M:
    """Return a record that a form named; NotFound when there is none."""
    record = model._default_manager.filter(pk=pk).first()
    if record is None:
        raise NotFound
    return record


def insert(record: Model, taken: str) -> None:
    """Write a new record; Refused with the sentence `taken` when its key is in use (also by a faster person)."""
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise Refused(taken, "taken") from error
        raise


def tell(
    stream: str, kind: str, actor: Actor, facts: Mapping[str, Any], words: Mapping[str, str] | None = None
) -> Event:
    """Record what happened to a record, on its own stream."""
    return events.record(stream, kind, actor.user_id, facts, at=moment.now(), words=words)
