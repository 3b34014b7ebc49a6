"""One list of work: whose queues, narrowed by what, in which order; a page of it, its counts, what comes next, why."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of
from backoffice.web.clock import clock_of
from backoffice.web.paging import CURSORS, Page, page_by_key
from backoffice.web.words import date_words, listing, money, per_week, weekday_moment
from workflows.council.profile import current
from workflows.engine import moment, registry, rules, selectors, urgency
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Team
from workflows.parties.selectors import every_team, members_of

from . import saved
from .asking import PROVIDERS, Asked, asked, unfiltered, without
from .tables import prepared


@dataclass(frozen=True, slots=True)
class Next:
    """What "Claim next" will give: the turn, its words, and the team whose next it is (None: this very turn)."""

    task_id: int
    team_id: int | None
    title: str
    late: bool


class Listing:
    """What one request shows of one team's queue, of all the person's, or of everything that they may read.

    Raises NotFound when there is no such list for them.
    """

    def __init__(self, request: HttpRequest, where: saved.Where) -> None:
        self.query: QueryDict = request.GET
        self.actor: Actor = actor_of(request)
        self.now: datetime = moment.now()
        self.teams: list[Team] = self._teams(where)
        self.where = where
        self.team = next((each for each in self.teams if each.pk == where), None)
        if not saved.opens(self.actor, where) or (self.team is None and isinstance(where, int)):
            raise NotFound
        self.providers = worklist.providers()
        self.kinds = worklist.kinds_of(self.actor)
        self.asked = self.read(self.query, where)

    def read(self, query: QueryDict, where: saved.Where) -> Asked:
        """An address of this person's queues; only the list of everything is narrowed to a team."""
        teams = {pk for pk, _ in self.holders} if where == "everything" else frozenset()
        return asked(query, {kind for kind, _ in self.kinds}, {pk for pk, _ in self.providers}, teams)

    @property
    def everything(self) -> bool:
        """Whether this is the list of all that the person may read: to look up, not to work through."""
        return self.where == "everything"

    @property
    def member(self) -> bool:
        """Whether the person may do something to what is listed."""
        return not self.everything and bool(self.actor.team_ids & set(self.team_ids))

    @cached_property
    def holders(self) -> list[tuple[int, str]]:
        """The teams that the list can be narrowed to."""
        return [(each.pk, each.name) for each in self.every_team]

    @cached_property
    def every_team(self) -> list[Team]:
        """Every team of the council."""
        return every_team()

    @property
    def team_names(self) -> dict[int | None, str]:
        """What the teams are called whose work is listed."""
        return {each.pk: each.name for each in (self.every_team if self.everything else self.teams)}

    @property
    def team_ids(self) -> list[int]:
        """The teams whose work is listed."""
        return [self.team.pk] if self.team else [each.pk for each in self.teams]

    @property
    def leads(self) -> frozenset[int]:
        """The teams that the person leads."""
        return frozenset(team.pk for team in self.teams if self.actor.manages(team.key))

    def turns(self, order: str = "") -> Any:
        """The turns of the view, as a list that `page_by_key` pages; by each team's index when there are several."""
        by = self.lists_by()[self.asked.figure]
        teams = None if self.everything else self.team_ids
        rows = selectors.across(self.actor, teams, by, self.now)
        return rows.order_by(*selectors.ORDERS[order]) if order else rows

    def lists_by(self) -> dict[str, selectors.Narrow]:
        """What each view is narrowed by."""
        return worklist.narrows(self.asked.by, self.actor.user_id)

    @cached_property
    def page(self) -> Page:
        """The rows that are shown."""
        page = page_by_key(worklist.rows(self.turns()), selectors.ORDERS[self.asked.order], self.query)
        members = self.actor.team_ids if self.member else frozenset()
        prepared(page.items, self.actor.user_id, self.now, members=members, leads=self.leads, href=address_of)
        for row in page.items:
            row["team_name"] = self.team_names.get(row["team_id"], "")
        return page

    def counts(self, views: list[saved.Kept]) -> tuple[dict[str, int], dict[int, int]]:
        """The figures of the tabs and, by id, of the saved views: all one query, each counted to 999."""
        turns = self._open(self.where)
        lists: dict[str, Any] = {name: selectors.narrowed(turns, by, self.now) for name, by in self.lists_by().items()}
        anew = self.asked.by.rare
        for view in views:
            its = self.read(view.query, view.where)
            by = worklist.narrows(its.by, self.actor.user_id)[its.figure]
            anew = anew or its.by.rare
            lists[f"view {view.pk}"] = selectors.narrowed(self._open(view.where), by, self.now)
        found = selectors.counts(lists, anew=anew)
        return found, {view.pk: found.pop(f"view {view.pk}") for view in views}

    def _teams(self, where: saved.Where) -> list[Team]:
        """The teams whose queues the person may open; every team is known where the list names them all."""
        if where != "everything":
            return selectors.teams(self.actor)
        auditor = "auditor" in self.actor.duties
        return [each for each in self.every_team if auditor or each.pk in self.actor.team_ids]

    def _open(self, where: saved.Where) -> Any:
        if where == "everything":
            return selectors.readable(self.actor)
        return selectors.queue(self.actor, [where] if isinstance(where, int) else [each.pk for each in self.teams])

    def people(self) -> list[tuple[int, str]]:
        """Who may have claimed a turn of this queue: the members of its team."""
        if self.team is None:
            return [(self.actor.user_id, self.actor.name)]
        return list(members_of(self.team.pk).values_list("pk", "name"))

    def next(self) -> Next | None:
        """The first turn that nobody has and that waits for no day, of a team that the person is in."""
        if self.asked.figure in {"mine", "waiting"} or not self.member:
            return None
        first = self.page.items if not any(name in self.query for name in CURSORS) else []
        row = next((each for each in first if self._free(each)), None) or self._first_free()
        if row is None:
            return None
        due = clock_of(row, self.now)
        whole = self.team is not None and not self.asked.view and unfiltered(self.asked.by)
        title = f"Next: {worklist.client_words(row)}, {due.sentence}, {per_week(row['amount'])}"
        return Next(row["id"], self.team_ids[0] if whole else None, title, due.late)

    def why(self) -> list[str]:
        """Why the first of the list is first, in sentences; nothing when there is nothing to say."""
        if not self.page.items:
            return []
        order, now = self.asked.order, self.now
        first = not any(name in self.query for name in CURSORS)
        found = (
            selectors.why_of(self.page.items, order, now) if first else selectors.why_first(self.turns(), order, now)
        )
        return _by_due(found) if found and found.order == "due" else _by_cost(found) if found else []

    def chips(self, people: list[tuple[int, str]]) -> list[tuple[str, str]]:
        """Each filter that is set: its words, and the address without it."""
        by, names = self.asked.by, dict(self.providers)
        found = [(worklist.kind_words(kind), without(self.query, "kind", kind)) for kind in by.kinds]
        found += [(names[pk], without(self.query, "provider", str(pk))) for pk in by.providers]
        found += [(f"Step: {node.replace('_', ' ')}", without(self.query, "node", node)) for node in by.nodes]
        groups = {each.key: each.name for each in current().service_groups}
        found += [(groups[key], without(self.query, "group", key)) for key in by.groups]
        if by.owner is not None:
            words = "Nobody has it" if by.owner == "nobody" else dict(people).get(by.owner, "One holder")
            found.append((words, without(self.query, "owner", str(by.owner))))
        if by.held_by is not None:
            teams: dict[Any, str] = dict(self.holders)
            words = f"With {teams.get(by.held_by, PROVIDERS)}"
            found.append((words, without(self.query, "held_by", str(by.held_by))))
        if by.money is not None:
            found.append((f"{money(by.money)} or more", without(self.query, "money", self.query.get("money", ""))))
        if by.waiting == "show":
            found.append(("With what waits for a later day", without(self.query, "waiting", "show")))
        for name, day, words in (
            ("opened_from", by.opened_from, "Opened from"), ("opened_to", by.opened_to, "Opened until")
        ):  # fmt: skip
            if day:
                found.append((f"{words} {date_words(day)}", without(self.query, name, day.isoformat())))
        return found

    def _free(self, row: worklist.Row) -> bool:
        later = row["not_before"] is not None and row["not_before"] > moment.today()
        return row["owner_id"] is None and not later and row["team_id"] in self.actor.team_ids

    def _first_free(self) -> worklist.Row | None:
        own = [each for each in self.team_ids if each in self.actor.team_ids]
        by = self.lists_by()[self.asked.figure]
        free = worklist.narrows(by, self.actor.user_id)["unclaimed"]
        rows = worklist.rows(selectors.across(self.actor, own, free, self.now))
        found = rows.order_by(*selectors.ORDERS[self.asked.order])[:1]
        return next(iter(found), None)


def address_of(case_id: int) -> str:
    """The page of a case."""
    return reverse("council:case", args=[case_id])


def _by_due(why: selectors.Why) -> list[str]:
    words = ["What is due first stands first."]
    if why.due_at is None:
        return [*words, "The first has no due time."]
    how = "is past target: it was due" if why.breached else "is at risk: it is due" if why.at_risk else "is due"
    words.append(f"The first {how} {weekday_moment(why.due_at)}.")
    if why.next_due_at is not None:
        words.append(f"The one after it is due {weekday_moment(why.next_due_at)}.")
    return words


def _by_cost(why: selectors.Why) -> list[str]:
    reasons = ["it is past target"] if why.breached else []
    if why.priority:
        reasons.append(f"its priority is {rules.Priority(why.priority).words.lower()}")
    if why.amount:
        reasons.append(f"{money(why.amount)} {registry.latest(why.kind).amount_is} hangs on it")
    words = [urgency.WORDS]
    return [*words, f"The first stands there because {listing(reasons)}."] if reasons else words
