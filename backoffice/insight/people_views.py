"""People: how the work of each team that one leads is spread. No order but the alphabet, no colour, no score, no file.

Who leads no team reads their own line. That somebody read other people's lines is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.words import NOTHING, date_range, date_words
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.calendar import LONDON
from workflows.engine.tally import london_day
from workflows.insight import meanings, people_reading
from workflows.insight.asked import Number, Opens
from workflows.insight.people import BACK, CHOSEN, COMPLETED, NEXT, OVER, Held, Person, Spread, TeamOf
from workflows.parties.actor import Actor

from .forms import InsightFilter
from .opening import Doors
from .rooms import rooms
from .sheets import Entry, Line, Sheet

HERE = "council:managers_people"
HEADINGS = [
    "Holds now", "Oldest", "Completed", "Handed back", "Handed over", "Claimed next", "Chosen", "Away", "Stood in",
]  # fmt: skip
GONE = "No longer in the team"


@dataclass(frozen=True, slots=True)
class Shown:
    """A team as the page has it."""

    sheet: Sheet
    spread: str
    whole: bool


@staff()
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Each team that the person leads, and their own line in the others."""
    actor, now = actor_of(request), moment.now()
    seen = people_reading.reach(actor)
    chosen = InsightFilter(request.GET, teams=[(team.pk, team.name) for team in seen.teams], kinds=[])
    asked = chosen.asked(london_day(now))
    found = people_reading.read(actor, seen, asked.first, asked.last, asked.team_id)
    doors = Doors(actor)
    if any(of.whole for of in found):
        engine.viewed(actor, "managers_people", asked.team_id)
    context = {
        "now": now,
        "teams": [_shown(of, actor, doors) for of in found],
        "leads": bool(seen.led),
        "time": date_range(asked.first, asked.last),
        "asked": asked,
        "choices": [("", "All my teams"), *((team.pk, team.name) for team in seen.teams)],
        "several": len(seen.teams) > 1,
        "narrow": any(request.GET.get(name) for name in ("team", "first", "last")),
        "meanings": meanings.of(meanings.PEOPLE),
        "rooms": rooms(request, HERE) if people_reading.may_see(actor) else [],
    }
    return render(request, "backoffice/insight/people.html", context)


def _shown(of: TeamOf, actor: Actor, doors: Doors) -> Shown:
    lines = [_line(person, of, doors, own=person.user_id == actor.user_id) for person in of.people]
    total = [_line(of.together, of, doors, total=True)] if of.whole and len(lines) > 1 else []
    sheet = Sheet(f"team-{of.team_id}", of.team, "Person", HEADINGS, lines, total, empty="Nobody is in this team.")
    return Shown(sheet, _spread(of.spread, of.people, whole=of.whole), of.whole)


def _line(person: Person, of: TeamOf, doors: Doors, *, own: bool = False, total: bool = False) -> Line:
    name = "Together" if total else person.name or GONE
    known = person.user_id is not None
    return Line(
        name,
        [
            _holds(person, of, doors),
            _oldest(person.held),
            *(_count(person.did.get(metric, 0)) for metric in (COMPLETED, BACK, OVER, NEXT, CHOSEN)),
            *([_days(person.away), _days(person.stood_in)] if known else [_days(0), _days(0)]),
        ],
        "You" if own and of.whole else "",
        total=total,
    )


def _holds(person: Person, of: TeamOf, doors: Doors) -> Entry:
    opens = Opens(of.team_id, owner=person.user_id) if person.user_id is not None else None
    number = Number(person.held.count, opens)
    return Entry(number.count, f"{number.count:,}", doors.address(number), f"held by {person.name}, {of.team}")


def _oldest(held: Held) -> Entry:
    if held.oldest is None:
        return Entry(None, NOTHING)
    day = held.oldest.astimezone(LONDON).date()
    return Entry(day, date_words(day))


def _count(count: int) -> Entry:
    return Entry(count, f"{count:,}")


def _days(count: int) -> Entry:
    return Entry(count, NOTHING if not count else f"{count} day{'' if count == 1 else 's'}")


def _spread(spread: Spread, people: Sequence[Person], *, whole: bool) -> str:
    """How the team takes work, in a sentence."""
    if spread.share is None:
        return "Nothing was claimed on the days shown."
    if not whole:
        return f"You took {spread.taken:,}, {spread.chosen:,} of them by choice."
    told = f"The team took {spread.taken:,}, {spread.chosen:,} of them by choice ({spread.share}%)."
    if spread.middle is None:
        return f"{told} Too few of its {len(people)} people took enough to tell how this is spread."
    return (
        f"{told} Of single people: lowest {spread.low}%, middle {spread.middle}%, highest {spread.high}%"
        " (who took five or more)."
    )
