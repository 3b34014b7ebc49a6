"""How fast people are in a made-up year, and how much there is to do: uneven, as it is.

Everybody has a pace of their own, by their key, so that charts tell one team or provider from another; summer and the
turn of the year are slow, spring brings most.
"""

from datetime import date
from math import exp
from random import Random

SEED = 2019
#: How much longer people take, and how much begins, by month.
SLOWNESS = (1.2, 1.0, 0.9, 1.0, 0.9, 0.9, 1.15, 1.5, 1.0, 0.9, 1.0, 1.4)
VOLUME = (1.2, 1.05, 1.1, 1.35, 0.95, 0.9, 0.85, 0.65, 1.05, 1.15, 1.1, 0.75)
#: Which part of the time that a promise gives people usually need: the quickest, and the slowest.
QUICK, SLOW = 0.2, 0.95
SPREAD = 0.65
MOST = 5.0


def of(key: str) -> float:
    """Which part of its time somebody usually needs."""
    return Random(f"{SEED}:{key}").uniform(QUICK, SLOW)  # noqa: S311 (a demonstration that is the same each time)


def inclined(key: str, what: str) -> float:
    """How much somebody is inclined to something: 0.5 to 1.7 times what is usual."""
    return Random(f"{SEED}:{key}:{what}").uniform(0.5, 1.7)  # noqa: S311


def part(chance: Random, usual: float, day: date) -> float:
    """Which part of its time one turn takes: mostly about what is usual, sometimes far more."""
    return min(usual * SLOWNESS[day.month - 1] * exp(chance.gauss(0, SPREAD)), MOST)


def number(chance: Random, a_day: float, day: date) -> int:
    """How many begin on a working day, when so many do on an average one."""
    wanted = a_day * VOLUME[day.month - 1]
    whole = int(wanted)
    return whole + (chance.random() < wanted - whole) + (chance.random() < 0.2) - (whole > 0 and chance.random() < 0.2)
