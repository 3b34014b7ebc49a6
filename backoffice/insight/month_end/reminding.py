"""The reminders that are prepared for a run: shown as they would be sent, chosen by tick, sent once."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.insight.rooms import rooms
from backoffice.web.gate import staff
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.words import listing, moment, plural
from workflows.engine import moment as engine_moment
from workflows.month_end import commands, reminders, selectors
from workflows.month_end.commands import Sent
from workflows.month_end.moments import Run
from workflows.month_end.reminders import ITEMS, Prepared

from . import present


@dataclass(frozen=True, slots=True)
class Shown:
    """A prepared reminder with its words."""

    prepared: Prepared
    words: str

    @property
    def again(self) -> bool:
        """Whether this provider was reminded for this run already."""
        return self.prepared.last is not None


def _last(row: Shown) -> str:
    last = row.prepared.last
    return "" if last is None else f"{moment(last.sent_at)}"


class _Mails(ListTable):
    """What every list of reminders has."""

    provider = Cell("Provider", lambda row: row.prepared.name, name=True,
                    second=lambda row: f"to {plural(row.prepared.people, 'person', 'people')}"
                    if row.prepared.people else "nobody there could act on it, so nobody is told")  # fmt: skip
    mail = Cell("What the mail says", lambda row: row.words)


class ToSend(_Mails):
    """Reminders that were not sent for this run."""

    tick = Tick(lambda row: f"{row.prepared.organisation_id}-{row.prepared.number}",
                more=lambda row: row.prepared.name, field="provider",
                ticked=lambda row: not row.again and row.prepared.people > 0)  # fmt: skip
    last = Cell(
        "Reminded before", _last, second=lambda row: f"by {row.prepared.last.sent_by.name}" if row.again else ""
    )

    class Meta(ListTable.Meta):
        caption = "Reminders for this run, by provider"
        empty = "No provider holds anything of this run up."
        sequence = ("tick", "provider", "mail", "last")


class ToRead(_Mails):
    """The same for who only looks."""

    last = Cell(
        "Reminded before", _last, second=lambda row: f"by {row.prepared.last.sent_by.name}" if row.again else ""
    )

    class Meta(ListTable.Meta):
        caption = "Reminders for this run, by provider"
        empty = "No provider holds anything of this run up."


class History(ListTable):
    """What was sent."""

    when = Cell("Sent", lambda row: moment(row.sent_at), second=lambda row: f"by {row.sent_by.name}", nowrap=True)
    provider = Cell("Provider", lambda row: row.organisation.name, name=True,
                    second=lambda row: f"to {plural(row.people, 'person', 'people')}")  # fmt: skip
    what = Cell("What it counted", lambda row: listing(
        f"{count} {ITEMS[key][0] if count == 1 else ITEMS[key][1]}" for key, count in row.counts.items()
    ))  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Reminders that were sent for this run, the latest first"
        empty = "None was sent for this run."


@staff()
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One mail each, for whoever is ticked; what was sent stands below."""
    actor, now = actor_of(request), engine_moment.now()
    given = request.POST if request.method == "POST" else request.GET
    run = selectors.run_of(actor, now, given.get("run", ""))
    if request.method == "POST":
        return _send(request, run)
    shown = [Shown(each, each.words(run, now)) for each in reminders.prepared(actor, run)]
    may = selectors.may_remind(actor) and run.next_step(now) is not None
    sent = reminders.history(run)
    context = {
        "run": run,
        "name": present.run_words(run),
        "rooms": rooms(request, "council:month_end"),
        "back": f"{reverse('council:month_end')}?run={run.key}",
        "table": ToSend(shown) if may else ToRead(shown),
        "may": may and bool(shown),
        "over": run.next_step(now) is None,
        "until": run.next_step(now),
        "sent": History(sent) if sent else None,
        "most": commands.MOST,
    }
    return render(request, "backoffice/insight/month_end/reminders.html", context)


def _send(request: HttpRequest, run: Run) -> HttpResponse:
    sent = commands.send(actor=actor_of(request), run=run, chosen=_chosen(request.POST.getlist("provider")))
    for level, words in _told(sent):
        messages.add_message(request, level, words)
    return redirect(f"{reverse('council:month_end_reminders')}?run={run.key}")


def _told(sent: Sent) -> list[tuple[int, str]]:
    found = []
    if sent.providers:
        who = f"{plural(sent.providers, 'provider')}, {plural(sent.people, 'person', 'people')}"
        found.append((messages.SUCCESS, f"Reminders were sent to {who}."))
    if sent.already:
        found.append((messages.INFO, f"Reminded already, so not again: {listing(sent.already)}."))
    if sent.nobody:
        found.append((messages.INFO, f"Nothing awaits any more, or nobody to tell: {listing(sent.nobody)}."))
    return found


def _chosen(values: list[str]) -> dict[int, int]:
    """The providers that were ticked, each with the number of its reminder: `12-1`."""
    found = {}
    for value in values:
        provider, _, number = value.partition("-")
        if all(each.isascii() and each.isdigit() and len(each) < 10 for each in (provider, number)):
            found[int(provider)] = int(number)
    return found
