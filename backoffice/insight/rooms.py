"""The managers' pages, in the order of their sub-navigation. A page adds its line here, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from backoffice.casework.asking import actor_of
from backoffice.web.pieces import Tab
from workflows.insight import people_reading
from workflows.insight.selectors import may_see
from workflows.month_end import selectors as month_end
from workflows.parties.actor import Actor

#: What every page is narrowed by alike: it goes along from one to the next.
SHARED = ("team", "kind", "group", "provider", "first", "last")


@dataclass(frozen=True, slots=True)
class Room:
    """A page: what it is called, its address, and who of the council may open it."""

    text: str
    address: str
    may: Callable[[Actor], bool] = may_see


ROOMS = (
    Room("Overview", "council:managers"),
    Room("Process maps", "council:managers_maps"),
    Room("Who had the ball", "council:managers_ball"),
    Room("People", "council:managers_people", people_reading.may_see),
    Room("Month end", "council:month_end", month_end.may_see),
)


def rooms(request: HttpRequest, here: str) -> list[Tab]:
    """The pages that this person may open, with the filters that they share; none when there is only one."""
    kept = urlencode([(name, request.GET[name]) for name in SHARED if request.GET.get(name)])
    query = f"?{kept}" if kept else ""
    open_to = [room for room in ROOMS if room.may(actor_of(request))]
    found = [Tab(room.text, reverse(room.address) + query, current=room.address == here) for room in open_to]
    return found if len(found) > 1 else []
