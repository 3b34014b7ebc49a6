"""What a run's page says: what to do now, who may do it, and what stands out before money moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import told
from backoffice.web.pieces import Entry, Fact, Now, Row
from backoffice.web.told import Telling
from backoffice.web.words import date_words, file_size, fingerprint, moment, money, plural
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor
from workflows.payments import run_selectors
from workflows.payments.acting import profile
from workflows.payments.rules import RunState
from workflows.payments.run_selectors import Page, Sums, unusual

from .tables import STATES

KIND = run_selectors.KIND


def _lines(chapter: Chapter) -> list[str]:
    totals = chapter.facts.get("totals")
    if not isinstance(totals, dict):
        return []
    sum_ = Decimal(str(totals["excl"])) + Decimal(str(totals["vat"]))
    return [f"{plural(int(totals['payments']), 'payment')}, {plural(int(totals['lines']), 'line')}, {money(sum_)}"]


TELLING = Telling(lines=_lines)


@dataclass(frozen=True, slots=True)
class Figure:
    """One control total beside that of the pay day before, with what moved."""

    name: str
    now: str
    before: str
    difference: str
    unusual: bool


class View(CaseView):
    """A run as one person of the council sees it now."""

    label = "Payment run"
    caption = "Payment run"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page, self.run = page, page.run

    @property
    def heading(self) -> str:
        """Which pay day of which calendar."""
        calendar = profile().calendar(self.run.calendar).name
        return f"Run {self.run.number}: {calendar}, paid on {date_words(self.run.pay_on)}"

    @property
    def list_href(self) -> str:
        """All runs."""
        return reverse("council:payment_runs")

    def act(self, name: str) -> str:
        """The address of something that is done with the run."""
        return reverse("council:run_act", args=[self.case.pk, name])

    def tabs(self) -> list[tuple[str, str, str]]:
        """Its payments, and what of them needs a look."""
        looks = sum(self.page.looks.values())
        return [
            ("run_payments", "Payments", f"{self.page.now.payments:,}"),
            ("run_looks", "To look at", f"{looks:,}"),
        ]

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, TELLING)

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=STATES[RunState(self.state)])

    def stake(self) -> Fact | None:
        """What it comes to."""
        return Fact("Total", money(self.run.total), f"{plural(self.run.payments_count, 'payment')}")

    @property
    def moved(self) -> bool:
        """Whether it comes to something else than was counted."""
        return (self.page.now.total, self.page.now.payments) != (self.run.total, self.run.payments_count)

    @property
    def two_people(self) -> bool:
        """Whether a second person approves it."""
        return bool(self.run.total > profile().second_person_above)

    @property
    def own_proposal(self) -> bool:
        """Whether this person has proposed it: then somebody else approves."""
        return self.run.proposed_by_id == self.actor.user_id

    def panel(self) -> Now:
        """What to do now."""
        panels: dict[RunState, Callable[[], Now]] = {
            RunState.PREPARED: self._prepared,
            RunState.PROPOSED: self._proposed,
            RunState.FINALISING: self._finalising,
            RunState.FINALISED: self._finalised,
            RunState.SENT: self._sent,
            RunState.PAID: lambda: Now("All of it is paid", "Each payment says when, and with which reference."),
            RunState.CANCELLED: lambda: Now("This run was cancelled", "Its payments wait for another run."),
        }
        return panels[RunState(self.state)]()

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It is over, so nobody has it."
        if self.state == RunState.PROPOSED:
            who = self.run.proposed_by.name if self.run.proposed_by else "Somebody"
            return f"{who} proposed it, and a second person of {self.team()} approves it."
        return f"{self.team()} pays."

    def figures(self) -> list[Figure]:
        """The control totals beside those of the pay day before; what other runs of this pay day have paid counts."""
        same, before, run = self.page.same_day, self.page.before, self.run
        now = Sums(
            run.payments_count + same.payments,
            run.lines_count + same.lines,
            run.excl + same.excl,
            run.vat + same.vat,
            run.total + same.total,
        )
        counts = [("Payments", now.payments, before.payments), ("Lines", now.lines, before.lines)]
        sums = [("Excl VAT", now.excl, before.excl), ("VAT", now.vat, before.vat), ("Total", now.total, before.total)]
        known = before.pay_on is not None
        found = [_figure(name, Decimal(a), Decimal(b), f"{a:,}", f"{b:,}", known) for name, a, b in counts]
        return found + [_figure(name, a, b, money(a), money(b), known) for name, a, b in sums]

    def file_rows(self) -> list[Row]:
        """The payment file: how many rows, its hash, when it was made."""
        run = self.run
        if not run.file:
            return []
        return [
            Row("Rows", f"{run.file_rows:,}"),
            Row("Excl VAT, VAT, total", f"{money(run.excl)}, {money(run.vat)}, {money(run.total)}"),
            Row("SHA-256", fingerprint(run.file_sha256)),
            Row("Made", moment(run.file_made_at), [file_size(run.file.size)]),
        ]

    def _prepared(self) -> Now:
        if not self.may("recount"):
            return Now(f"{self.team()} checks this run", f"It comes to {money(self.run.total)}.")
        if self.page.changed:
            text = f"{plural(self.page.changed, 'payment')} of it are being worked out again. Count it in a minute."
            return Now("Something has changed", text, button="Count it again", href=self.act("recount"))
        if self.moved:
            text = f"It was counted at {money(self.run.total)} and now comes to {money(self.page.now.total)}."
            return Now("Now: count it again", text, warm=True, button="Count it again", href=self.act("recount"))
        also = {"also": "Cancel this run", "also_href": self.act("cancel")}
        if self.two_people:
            text = f"It is above {money(profile().second_person_above)}, so a second person approves it."
            return Now("Now: check the totals, then propose it", text, warm=True, button="Propose it for approval",
                       href=self.act("propose"), **also)  # fmt: skip
        text = "Finalised payments never change. What is held out stays for a later run."
        return Now("Now: check the totals, then finalise it", text, warm=True, button="Finalise it",
                   href=self.act("finalise"), **also)  # fmt: skip

    def _proposed(self) -> Now:
        who = self.run.proposed_by.name if self.run.proposed_by else "somebody"
        if self.own_proposal:
            text = "You proposed it, so somebody else of the team approves it."
            return Now("It waits for a second person", text)
        if not self.may("approve"):
            return Now("It waits for a second person", f"{who} proposed it.")
        text = f"{who} proposed it at {money(self.run.total)}. Finalised payments never change."
        return Now("Now: approve it as a second person", text, warm=True, button="Approve and finalise it",
                   href=self.act("approve"), also="Send it back", also_href=self.act("send_back"))  # fmt: skip

    def _finalising(self) -> Now:
        text = "It goes on when you close this page."
        batches = run_selectors.batches_of(self.case.pk)
        if not batches:
            return Now("It is being finalised", text)
        return Now("It is being finalised", text, button="See how far it is",
                   href=reverse("council:run_batch", args=[batches[0].pk]))  # fmt: skip

    def _finalised(self) -> Now:
        if not self.may("sent"):
            return Now(f"{self.team()} sends the payment file", f"It comes to {money(self.run.total)}.")
        if not self.run.file:
            if profile().file is None:
                return Now("There is no payment file", "The council's profile does not say how it looks.")
            return Now("Now: make the payment file", "", warm=True, button="Make it", href=self.act("make_file"))
        text = f"{plural(self.run.file_rows, 'row')}, {money(self.run.total)}. Send it to finance, then say so here."
        return Now("Now: send the payment file", text, warm=True, button="Download the payment file",
                   href=reverse("council:run_file", args=[self.case.pk]), also="It was sent",
                   also_href=self.act("sent"))  # fmt: skip

    def _sent(self) -> Now:
        text = f"{plural(self.page.unpaid, 'payment')} of {self.run.payments_count:,} wait for finance's answer."
        if not self.may("mark_paid"):
            return Now("Finance pays it", text)
        if profile().return_file is None:
            return Now("Finance pays it", f"{text} The council's profile does not say how its return file looks.")
        return Now("Now: bring in what was paid", text, warm=True, button="Bring in the return file",
                   href=reverse("council:run_return", args=[self.case.pk]))  # fmt: skip


def _figure(name: str, now: Decimal, before: Decimal, shown: str, was: str, known: bool) -> Figure:
    if not known:
        return Figure(name, shown, "", "", unusual=False)
    share = f", {(now - before) * 100 / before:+.1f}%".replace("-", "−") if before else ""
    by = now - before
    more = was if not by else f"{money(abs(by)) if '£' in shown else f'{abs(by):,}'} {'more' if by > 0 else 'less'}"
    return Figure(name, shown, was, f"{more}{share}" if by else "The same", unusual(before, now) and before != now)
