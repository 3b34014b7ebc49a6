"""The way into these rooms: they are there where the council has the module, for whoever reads that kind of case."""

from django.http import HttpRequest

from backoffice.casework.asking import actor_of
from workflows.actuals.module import module
from workflows.council.actuals import Actuals
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor


def entered(request: HttpRequest, kind: str) -> tuple[Actor, Actuals]:
    """Who asks, and the council's module. NotFound without the module; Forbidden for other teams."""
    actuals, actor = module(), actor_of(request)
    if kind not in actor.reads:
        raise Forbidden("This page is for other teams.")
    return actor, actuals
