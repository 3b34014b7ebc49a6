"""What a dispute's page says to the council: what to do now, who has it, what is in dispute."""

from collections.abc import Sequence

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import disputed, told
from backoffice.web.pieces import Entry, Fact, Now
from backoffice.web.words import date_words, money, weekday_date
from workflows.council.profile import current
from workflows.disputes import selectors
from workflows.disputes.rules import State
from workflows.disputes.selectors import Page, text_of
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor

KIND = selectors.KIND


class View(CaseView):
    """A dispute as one person of the council sees it now."""

    label = "Dispute"
    caption = "Dispute"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page = page

    @property
    def heading(self) -> str:
        """Which week of whom."""
        service = self.case.service
        where = f"{self.case.organisation.name}{f', {service.name}' if service else ''}"
        return f"Disputed actuals of {where}, week of {date_words(self.page.dispute.week.week)}"

    @property
    def list_href(self) -> str:
        """All disputes."""
        return reverse("council:disputes")

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    @property
    def reason(self) -> str:
        """Why it was disputed."""
        return text_of(self.page.dispute.reason)

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, disputed.TELLING)

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=disputed.STATES[State(self.state)])

    def facts(self) -> list[Fact]:
        """The strip under the panel, with what is in dispute and what is not: both sides see the same."""
        return [*super().facts(), *disputed.sums(self.page)]

    def panel(self) -> Now:
        """What to do now."""
        state = State(self.state)
        if state == State.DECIDED:
            return Now("Decided", f"{money(self.page.decided)} of these actuals is payable.")
        if state == State.RAISED:
            return self._awaiting()
        at_stake = f"{money(self.page.in_dispute)} depends on it. The rest of the week is payable meanwhile."
        if not self.may("resolve"):
            return Now(f"{self.team()} decides it by {weekday_date(self.due)}", at_stake)
        return Now("Now: decide what is paid", at_stake, warm=True, button="Decide", href="#decide")

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder == "provider":
            return f"{self.provider} answers what the council disputes of its actuals."
        if self.case.holder_team is None:
            return "It is decided, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        if usual != self.team():
            return f"{usual} decides disputes, and this one was handed to {self.team()}."
        return f"{usual} decides disputes."

    @property
    def overdue(self) -> bool:
        """Whether the council may go on without the provider's answer."""
        return self.due is not None and self.due <= self.now and self.may("take")

    def _awaiting(self) -> Now:
        text = f"{money(self.page.in_dispute)} waits for {self.provider}'s response; the rest is payable meanwhile."
        if self.overdue:
            return Now(f"{self.provider} has not answered in time", text, warm=True, button="Go on without an answer",
                       href=reverse("council:dispute_take", args=[self.case.pk]))  # fmt: skip
        return Now(f"{self.provider} answers by {weekday_date(self.due)}", text)
