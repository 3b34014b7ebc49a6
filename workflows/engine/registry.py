"""Every flow that this code knows, by kind and version. Filled when a flow class is declared."""

from typing import Any

from viewflow.workflow.base import Flow, Node

_flows: dict[str, type[Flow]] = {}


def add(flow: Any) -> None:
    """Register a flow; the same kind and version twice is a mistake in the code."""
    name = flow_name(flow)
    if name in _flows:
        raise ValueError(f"{name} is declared twice: by {_flows[name].__module__} and by {flow.__module__}")
    _flows[name] = flow


def flow_name(flow: Any) -> str:
    """`kind@version` of a flow class."""
    return f"{flow.kind}@{flow.version}"


def flow(name: str) -> type[Flow]:
    """The flow of that name; LookupError when this code no longer has it."""
    try:
        return _flows[name]
    except KeyError:
        raise LookupError(f"no flow {name}; known are {', '.join(sorted(_flows)) or 'none'}") from None


def node_name(node: Node) -> str:
    """`kind@version.node` of a node."""
    return f"{flow_name(node.flow_class)}.{node.name}"


def node(name: str) -> Node:
    """The node of that name, through the flow's `renamed` map; LookupError when it is gone."""
    flow_part, _, node_part = name.partition(".")
    found: Any = flow(flow_part)
    current = found.renamed.get(node_part, node_part)
    result: Node | None = found.instance.node(current, no_obsolete=True)
    if result is None:
        raise LookupError(f"no node {current} in {flow_part}; known are {', '.join(found._nodes_by_name)}")
    return result


def latest(kind: str) -> Any:
    """The newest version of a kind of flow: what a new case begins with."""
    versions = [each for each in _flows.values() if each.kind == kind]
    return max(versions, key=lambda each: each.version)


def kinds() -> frozenset[str]:
    """The kinds of case that this code knows."""
    return frozenset(each.kind for each in _flows.values())


def names() -> set[str]:
    """The names of all nodes of all flows, old names included: what an open task may carry."""
    return {f"{name}.{node}" for name, each in _flows.items() for node in {*each._nodes_by_name, *each.renamed}}
