"""What every page of a case shows around its content, and the pieces that every kind's first page can have."""

from collections.abc import Sequence
from typing import Any

from backoffice.web.held import Held, held
from backoffice.web.pieces import Tab
from workflows.council.profile import current
from workflows.engine import holds, rules, spans
from workflows.engine.nodes import ProviderTask, TeamNode
from workflows.engine.selectors import Chapter
from workflows.engine.turns import running
from workflows.insight.selectors import may_see

from .picture import Picture, picture
from .view import CaseView


def frame(view: CaseView, current_tab: str, events: int | None = None) -> dict[str, Any]:
    """The context of `backoffice/cases/base.html`."""
    case, turn = view.case, view.turn
    tabs = [
        ("case", "Overview", ""),
        ("story", "Story", str(events if events is not None else case.version)),
        *view.tabs(),
        ("clocks", "Clocks", ""),
    ]
    return {
        "view": view,
        "case": case,
        "legal_holds": holds.shown(view.actor, "case", case.pk),
        "now_panel": view.panel(),
        "facts": view.facts(),
        "turn": turn,
        "mine": turn is not None and turn.owner_id == view.actor.user_id,
        "hands": _hands(view),
        "my_team": turn is not None and turn.team_id in view.actor.team_ids,
        "tabs": [Tab(text, view.address(name), count, name == current_tab) for name, text, count in tabs],
    }


def held_of(view: CaseView) -> Held:
    """Who held it when, in working time."""
    return held(spans.of_case(view.case, view.now), provider=view.case.organisation.name)


def path_of(view: CaseView, chapters: Sequence[Chapter]) -> Picture:
    """The workflow with what was walked; the open turn's own team stands in its box."""
    flow, turn = view.case.flow_class, view.turn
    who = {}
    for node in flow._nodes_by_name.values():
        if isinstance(node, ProviderTask):
            who[node.name] = "Provider"
        elif isinstance(node, TeamNode):
            who[node.name] = current().team(node.routed(view.case, view.group)).name
    if turn is not None and turn.team is not None:
        who[turn.node] = turn.outside.name if turn.outside else turn.team.name
    mapped = flow.kind if may_see(view.actor) and flow.kind in view.actor.reads else ""
    return picture(flow, chapters, [turn.node] if turn else [], who, mapped)


def _hands(view: CaseView) -> dict[str, bool]:
    """Which verbs of every turn this person has here: what the door would say."""
    if view.turn is None:
        return {}
    at = running.situation(view.turn, view.actor)
    return {verb: rules.refusal(verb, at) is None for verb in rules.VERBS}
