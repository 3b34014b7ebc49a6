"""The fields of a form of actuals: what is stored in each, what was typed, what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.actuals.selectors import Line

from . import names


@dataclass(frozen=True, slots=True)
class Control:
    """One field: its name, what it is called where nobody sees its column, and what stands in it."""

    name: str
    label: str
    value: str
    fault: str = ""
    filled: str | None = None  # what a cause has put there, where that is not what was typed


@dataclass(slots=True)
class Desk:
    """What was typed, if anything was, and what is wrong with it by field."""

    data: Mapping[str, str] | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    filled_in: Mapping[str, str] = field(default_factory=dict)
    fixed: bool = False  # nothing can be changed: no controls, only words
    controls: dict[str, Control] = field(default_factory=dict)  # as they are stored

    def control(self, name: str, label: str, stored: str) -> Control:
        """A field; what is stored stands in it until somebody typed something else."""
        self.controls[name] = Control(name, label, stored)
        value = stored if self.data is None else self.data.get(name, stored)
        return Control(name, label, value, self.faults.get(name, ""), self.filled_in.get(name))

    def tick(self, name: str, label: str, *, stored: bool, marker: str = "") -> Control:
        """A tick box; a form that was sent without it has it unticked, once its `marker` is there."""
        self.controls[name] = Control(name, label, "on" if stored else "")
        sent = self.data is not None and (not marker or marker in self.data)
        ticked = stored if not sent or self.data is None else name in self.data
        return Control(name, label, "on" if ticked else "", self.faults.get(name, ""))

    def hidden(self, name: str, stored: str) -> Control:
        """A field that only the page writes."""
        self.controls[name] = Control(name, "", stored)
        return self.controls[name]

    def opened(self, line: Line) -> Control:
        """As what this form was opened: after what was typed came back with faults, still the same."""
        name = names.opened(line.week.pk)
        kept = {each.name: each.value for each in self.controls.values()}
        fresh = names.stamp(line.week.pk, line.week.version, kept)
        return Control(name, "", fresh if self.data is None else self.data.get(name, fresh))
