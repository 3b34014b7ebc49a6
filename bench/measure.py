"""Times several ways of doing one thing, turn by turn, so that a noisy minute strikes all of them alike."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

#: Not counted: caches are filled, and statements are prepared after the fifth time.
WARM_UP = 10

#: Gets one turn ready (not timed) and returns what is timed.
Prepare = Callable[[], Callable[[], object]]


@dataclass(slots=True)
class Series:
    """The times of one subject, in seconds."""

    name: str
    seconds: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """The quickest."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Half were quicker."""
        return median(self.seconds)

    @property
    def p99(self) -> float:
        """One in a hundred was slower (of few: the slowest)."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]


def in_turns(subjects: Sequence[tuple[str, Prepare]], rounds: int) -> list[Series]:
    """Time each subject `rounds` times, one after the other; who begins moves on with every round."""
    series = [Series(name) for name, _ in subjects]
    for round_ in range(-min(WARM_UP, rounds), rounds):
        for place in range(len(subjects)):
            which = (place + round_) % len(subjects)
            seconds = timed(subjects[which][1]())
            if round_ >= 0:
                series[which].seconds.append(seconds)
    return series


def timed(action: Callable[[], object]) -> float:
    """How long one action takes; Python's collector of garbage waits until it is over, as after a web request."""
    gc.disable()
    try:
        began = time.perf_counter()
        action()
        return time.perf_counter() - began
    finally:
        gc.enable()
