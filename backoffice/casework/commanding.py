"""How a page runs a command: what the rule refuses goes onto the form, what has a page of its own flies."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django import forms

from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale

T = TypeVar("T")
#: Refusals that have a page of their own; any other belongs to the form.
FLYING = (Stale, Busy, NotFound, Forbidden)


def carried(form: forms.Form, command: Callable[[], T], fields: Mapping[str, str] | None = None) -> T | None:
    """Run a command; None when it was refused, with the reason on the form.

    `fields` says at which field the reason of a code stands; without one it stands above the form.
    """
    try:
        return command()
    except FLYING:
        raise
    except Refused as refusal:
        onto(form, refusal, fields or {})
        return None


def onto(form: forms.Form, refusal: Refused, fields: Mapping[str, str]) -> None:
    """Put a refusal onto a form: by field where the command names one."""
    faults: Mapping[str, str] = getattr(refusal, "faults", None) or {fields.get(refusal.code, ""): refusal.reason}
    for field, fault in faults.items():
        form.add_error(field if field in form.fields else None, fault)
