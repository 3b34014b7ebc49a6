"""A workflow as a graph: its steps and its ways, read from the declaration itself, so that no picture can drift."""

from dataclasses import dataclass
from typing import Any, Literal

from workflows.engine.nodes import Begin, End, Kept, Pause, ProviderTask, TeamNode, VerbNode

Role = Literal["begin", "turn", "wait", "end"]
Side = Literal["council", "provider", "nobody"]


@dataclass(frozen=True, slots=True)
class Step:
    """A node: what it is called, whose it is, and the promise of its turns (a path into the council's profile).

    `desk` names the council's desk that has it or answers for it: "team" is the case's own team, "holder" whoever has
    the turn. `clocks` are further promises that a turn here may have instead.
    """

    name: str
    title: str
    role: Role
    side: Side
    desk: str = ""
    clock: str = ""
    clocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A verb of a step: to the step `end`, or nowhere (`end` empty: the turn stays open); and who may."""

    start: str
    verb: str
    end: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """A workflow: every step, from its beginning on, and every way of each."""

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)

    def leaving(self, name: str) -> tuple[Way, ...]:
        """The ways that lead from a step to another one (or anew to itself)."""
        return tuple(way for way in self.ways if way.start == name and way.end)

    def staying(self, name: str) -> tuple[Way, ...]:
        """What can be done at a step without leaving it."""
        return tuple(way for way in self.ways if way.start == name and not way.end)

    def reaching(self, name: str) -> tuple[Way, ...]:
        """The ways that lead to a step."""
        return tuple(way for way in self.ways if way.end == name)


def graph(flow: Any) -> Graph:
    """The graph of a flow: any subclass of CaseFlow, or the class of one that nobody has thought of yet."""
    nodes = _from_the_beginning(list(flow._nodes_by_name.values()))
    ways = [
        Way(node.name, verb, way.to.name if way.to is not None else "", way.by)
        for node in nodes
        if isinstance(node, VerbNode)
        for verb, way in node.ways.items()
    ]
    return Graph(tuple(_step(node) for node in nodes), tuple(ways))


def _from_the_beginning(nodes: list[Any]) -> list[Any]:
    """The nodes in the order in which a case comes to them first, ends last; then those that nothing leads to."""
    begun = [node for node in nodes if isinstance(node, Begin)] or nodes[:1]
    found = list(begun)
    for node in found:
        ways = node.ways.values() if isinstance(node, VerbNode) else ()
        found += dict.fromkeys(way.to for way in ways if way.to is not None and way.to not in found)
    found += [node for node in nodes if node not in found]
    return sorted(found, key=lambda node: isinstance(node, End))


def _step(node: Any) -> Step:
    title = str(getattr(node, "task_title", "") or node.name.replace("_", " "))
    return Step(
        name=node.name,
        title=title[:1].upper() + title[1:],
        role=_role(node),
        side=_side(node),
        desk=str(getattr(node, "desk", "")),
        clock=str(getattr(node, "clock", None) or ""),
        clocks=tuple(getattr(node, "clocks", ())),
    )


def _role(node: Any) -> Role:
    if isinstance(node, Begin):
        return "begin"
    if isinstance(node, End):
        return "end"
    return "wait" if isinstance(node, Kept | Pause) else "turn"


def _side(node: Any) -> Side:
    """Whose turn a step is; of a beginning, who may begin."""
    if isinstance(node, ProviderTask):
        return "provider"
    if isinstance(node, Begin):
        by = {who for way in node.ways.values() for who in way.by}
        return "nobody" if by == {"system"} else "provider" if by <= {"provider", "system"} else "council"
    return "council" if isinstance(node, TeamNode) else "nobody"
