"""Reminders to providers before a run: what is prepared (commands.send sends it).

A provider is prepared one when it holds money of the run up, or has not confirmed a payment of it where the council
asks for that (norfolk-handbook §10). It says how many things await them and by when: no client, no reference, no
amount. Each of the provider's people is told of what their own role and services let them do, in one notice, by the
mail that they chose for it (people.preferences). That it was sent, by whom and when stands in `Reminder` and in the
provider's own stream of events.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, User
from workflows.payments.models import Confirmation, ScheduledPayment

from . import selectors
from .models import Reminder
from .moments import Run

#: What can await a provider, in the order of the mail: its words, and the function of whoever can do it.
ITEMS: Mapping[str, tuple[str, str, str]] = {
    "weeks": ("week of actuals to submit", "weeks of actuals to submit", "actuals"),
    "disputes": ("dispute to answer", "disputes to answer", "actuals"),
    "documents": ("contract document to answer", "contract documents to answer", "contract_documents"),
    "invoices": ("invoice to submit", "invoices to submit", "invoices"),
    "confirm": ("payment to confirm or reject", "payments to confirm or reject", "scheduled_payments"),
}
#: The causes that an item comes from.
OF_CAUSE = {
    "actuals_open": "weeks",
    "week_open": "weeks",
    "dispute": "disputes",
    "document_answer": "documents",
    "invoice_draft": "invoices",
    "invoice_pending": "invoices",
}
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Item:
    """So many things of one sort await a provider at a service (None: they are the organisation's)."""

    key: str
    service_id: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """The reminder of one provider as it would be sent now. `number`: the next one; `last`: the one before."""

    organisation_id: int
    name: str
    items: tuple[Item, ...]
    people: int
    number: int
    last: Reminder | None = None

    @property
    def counts(self) -> Counts:
        """How many of each, in all."""
        return summed(self.items)

    def words(self, run: Run, now: datetime) -> str:
        """The sentence of the mail for somebody who may do everything."""
        return sentence(self.counts, run.next_step(now))


def prepared(actor: Actor, run: Run) -> list[Prepared]:
    """A reminder for each provider that has something to do for a run, by name; in seven statements at most."""
    selectors.require(actor)
    found = items(run)
    names = dict(Organisation.objects.filter(pk__in=found).order_by("name").values_list("pk", "name"))
    last = last_of(run, names)
    people = reached(names, found)
    return [
        Prepared(pk, name, tuple(found[pk]), len(people[pk]), last[pk].number + 1 if pk in last else 1, last.get(pk))
        for pk, name in names.items()
    ]


def sentence(counts: Mapping[str, int], due_at: datetime | None) -> str:
    """`2 weeks of actuals to submit and 1 dispute to answer hold payment up: by Tuesday 24 November 2026, 17:00`."""
    said = [f"{n} {ITEMS[key][0] if n == 1 else ITEMS[key][1]}" for key, n in counts.items() if n]
    things = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else "Nothing"
    by = ""
    if due_at is not None:
        local = due_at.astimezone(LONDON)
        by = f" by {local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"
    return f"For the next payment: {things}{by}"


def history(run: Run) -> Sequence[Reminder]:
    """What was sent for a run, the latest first, for a page whose reader is checked."""
    return list(Reminder.objects.filter(run=run.key).select_related("organisation", "sent_by").order_by("-pk")[:100])


def items(run: Run) -> dict[int, list[Item]]:
    """What awaits each provider for a run, by service."""
    found: dict[int, list[Item]] = defaultdict(list)
    held = selectors.rows(run).filter(holder="provider").order_by()
    sums = held.values_list("organisation", "key", "about__service").annotate(
        things=Count("about", distinct=True), rows=Count("id")
    )
    documents = set()
    for organisation, key, service, things, rows in sums:
        if (item := OF_CAUSE.get(key)) is None:
            continue
        if item == "documents":
            documents.add(organisation)
            continue
        found[organisation].append(Item(item, service, things if item in {"weeks", "disputes"} else rows))
    _documents(documents, found)
    _confirmations(run, found)
    return found


def _documents(organisations: Collection[int], found: dict[int, list[Item]]) -> None:
    """How many documents these providers have to answer: of lines that wait, several may stand in one row."""
    if not organisations:
        return
    turns = Task.objects.filter(kind="contract_document", finished=None, organisation__in=organisations)
    for organisation, service, count in turns.order_by().values_list("organisation", "service").annotate(n=Count("pk")):
        found[organisation].append(Item("documents", service, count))


def _confirmations(run: Run, found: dict[int, list[Item]]) -> None:
    module = current().payments
    if run.is_weeks or module is None or module.review != "confirm":
        return
    due = ScheduledPayment.objects.filter(
        calendar=run.calendar, pay_on=run.pay_on, finalised_at=None, confirmation=Confirmation.UNCONFIRMED,
        visible_from__lte=moment.today(),
    )  # fmt: skip
    for organisation, count in due.order_by().values_list("contract__organisation").annotate(n=Count("pk")):
        found[organisation].append(Item("confirm", None, count))


def reached(organisations: Iterable[int], items: Mapping[int, Sequence[Item]]) -> dict[int, dict[int, Counts]]:
    """Who of each provider is told of what: {organisation: {person: {item: how many}}}."""
    members = Membership.objects.filter(
        organisation__in=list(organisations), user__is_active=True, user__kind=User.Kind.PROVIDER
    )
    edits = {role.key: role.edit for role in current().roles}
    found: dict[int, dict[int, Counts]] = defaultdict(dict)
    seen: dict[tuple[int, int], set[Item]] = defaultdict(set)
    for organisation, user, service, role in members.values_list("organisation", "user", "service", "role"):
        may = edits.get(role, frozenset())
        seen[organisation, user] |= {
            each
            for each in items.get(organisation, ())
            if ITEMS[each.key][2] in may and (service is None or service == each.service_id)
        }
    for (organisation, user), own in seen.items():
        if own:
            found[organisation][user] = summed([each for each in items[organisation] if each in own])
    return found


def last_of(run: Run, organisations: Iterable[int]) -> dict[int, Reminder]:
    """The latest reminder of each provider for a run."""
    latest = Reminder.objects.filter(run=run.key, organisation__in=list(organisations))
    ids = latest.order_by().values("organisation").annotate(last=Max("pk")).values("last")
    return {each.organisation_id: each for each in Reminder.objects.filter(pk__in=ids).select_related("sent_by")}


def summed(items: Iterable[Item]) -> Counts:
    """How many of each sort, in the order of the mail."""
    sums: Counts = dict.fromkeys(ITEMS, 0)
    for each in items:
        sums[each.key] += each.count
    return {key: count for key, count in sums.items() if count}
