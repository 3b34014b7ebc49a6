"""`manage demo --history`: a made-up year before today, by the usual commands at the moments of their happening.

Made once: where its homes are there, nothing is done. Synthetic people only; the same seed makes the same year.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from workflows.engine import folding, moment
from workflows.engine.models import Receipt
from workflows.parties.models import User

from . import claims, conversations, documents, lines, payments, requests, weeks
from .course import KEYS, Course
from .crowd import Crowd, organisations, people_of

SEED = 2026
WEEKS = 52
PLAYS = {**documents.PLAYS, **conversations.PLAYS, **requests.PLAYS, **weeks.PLAYS, **claims.PLAYS, **payments.PLAYS}
#: Hours before today's work: what happened this very day is the demonstration's own.
UNTIL = timedelta(hours=12)


def is_there() -> bool:
    """Whether the year was made before."""
    return Receipt.objects.filter(key__contains=f":{KEYS}:").exists()


def make(folder: Path, say: Callable[[str], None], *, span: int = WEEKS) -> list[User]:
    """Make so many weeks; `say` tells how far it is. Returns the people that it took."""
    chance = Random(SEED)  # noqa: S311 (a demonstration that is the same each time)
    end = moment.now() - UNTIL
    begin = end - timedelta(weeks=span)
    care = lines.made(folder, span)
    references = lines.prepare(care, begin)
    people, providers = people_of(references), organisations(references)
    course = Course(begin, end, chance, Crowd(chance), PLAYS)
    lines.begin(course, care)
    conversations.begin(course, providers)
    requests.begin(course, providers)
    weeks.begin(course, providers)
    payments.begin(course, providers)
    claims.begin(course, providers)
    course.run(lambda when: say(f"{when:%B %Y}"))
    folding.fold()
    for what, number in [*course.done.items(), *course.refused.most_common()]:
        say(f"{number} {what}")
    return people
