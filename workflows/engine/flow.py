"""The base of every workflow declaration, and what is checked about it before anything starts."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar

from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from workflows.council.profile import current

from . import registry
from .models import Case, Task
from .nodes import Begin, End, VerbNode
from .rules import SAID

#: One line of a process's transition table: (node or None, verb, who may, next node or None when the case stays).
Move = tuple[str | None, str, str, str | None]


class CaseFlow(Flow):
    """A workflow over our own tables. A subclass reads from top to bottom like its picture.

    `kind` and `version` name it in the data; `prefix` begins its references (with a dot in it, it is the place of the
    profile that says so); `function` is what a provider's role must allow; `renamed` maps old node names to new ones;
    `afterwards` lists the verbs that are still allowed when the case is closed, with who may; `said` puts each verb in
    the past tense; `amount_is` says what a case's amount is money of.
    """

    process_class = Case
    task_class = Task
    lock_impl = SelectForUpdateLock(nowait=False)

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    prefix: ClassVar[str] = ""
    function: ClassVar[str] = ""
    renamed: ClassVar[Mapping[str, str]] = {}
    afterwards: ClassVar[Mapping[str, str]] = {}
    said: ClassVar[Mapping[str, str]] = {}
    amount_is: ClassVar[str] = "a week"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.process_title = cls.process_description = ""  # else every flow is called as its base
        super().__init_subclass__(**kwargs)
        for node in cls._nodes_by_name.values():
            for edge in node._outgoing():
                # An inherited node keeps edges into the flow it was declared in, and would walk there silently.
                assert edge.dst.flow_class is cls, f"{cls.__name__}.{node} leads into {edge.dst.flow_class.__name__}"
        cls.said = {**SAID, **cls.said}
        registry.add(cls)

    @classmethod
    def begins_references(cls) -> str:
        """What the references of this kind begin with."""
        return str(attrgetter(cls.prefix)(current())) if "." in cls.prefix else cls.prefix

    @classmethod
    def moves(cls) -> set[Move]:
        """Every move that the declaration allows, to be compared with the transition table of `rules.py`."""
        found: set[Move] = {(None, verb, who, None) for verb, by in cls.afterwards.items() for who in by.split("|")}
        for node in cls._nodes_by_name.values():
            if isinstance(node, VerbNode):
                for verb, way in node.ways.items():
                    found |= {(node.name, verb, who, way.to.name if way.to else node.name) for who in way.by}
        return found

    @classmethod
    def beginning(cls) -> Begin:
        """The node that a new case begins with."""
        return next(node for node in cls._nodes_by_name.values() if isinstance(node, Begin))

    @classmethod
    def ends(cls) -> list[End]:
        """The nodes at which a case is closed."""
        return [node for node in cls._nodes_by_name.values() if isinstance(node, End)]
