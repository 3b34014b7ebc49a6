"""Which room shows a kind of case: each declares itself when its addresses are loaded.

declare("contract_document", view=view_of_id, overview=overview)
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor

from .view import CaseView


@dataclass(frozen=True, slots=True)
class Kind:
    """The pages of a kind: `view` reads a case as somebody sees it, or NotFound; `overview` is its first page."""

    view: Callable[[Actor, int], CaseView]
    overview: Callable[[HttpRequest, CaseView], HttpResponse]


_kinds: dict[str, Kind] = {}


def declare(kind: str, **pages: Callable[..., object]) -> None:
    """Say which room shows a kind; twice is a mistake in the code."""
    if kind in _kinds:
        raise ValueError(f"two rooms show cases of the kind {kind!r}")
    _kinds[kind] = Kind(**pages)  # type: ignore[arg-type]


def of(actor: Actor, case_id: int) -> Kind:
    """The pages of a case's kind; NotFound when the case does not exist for this person."""
    kind = engine.cases(actor).filter(pk=case_id).values_list("kind", flat=True).first()
    if kind is None or kind not in _kinds:
        raise NotFound
    return _kinds[kind]
