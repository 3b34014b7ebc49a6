"""What a claim's page says to the council: what to do now, who has it, what is claimed and where it is paid."""

from collections.abc import Sequence

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import claimed
from backoffice.web.pieces import Entry, Fact, Now
from backoffice.web.words import money, weekday_date
from workflows.claims import selectors
from workflows.claims.rules import State
from workflows.claims.selectors import Page
from workflows.council.profile import current
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor

KIND = selectors.KIND


class View(CaseView):
    """A claim as one person of the council sees it now."""

    label = "Claim"
    caption = "One-off claim"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page = page

    @property
    def list_href(self) -> str:
        """All claims."""
        return reverse("council:claims")

    @property
    def heading(self) -> str:
        """What is claimed, and about what."""
        return f"{self.page.kind}: {claimed.about(self.page)}"

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return claimed.entries(self.page, chapters, inside=True)

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=claimed.state_tag(self.state))

    def stake(self) -> Fact:
        """What is claimed."""
        return Fact("Amount", money(self.page.claim.amount), self.provider)

    def panel(self) -> Now:
        """What to do now."""
        state, amount = State(self.state), money(self.page.claim.amount)
        if state == State.ACCEPTED:
            return Now(f"Accepted: {amount}", claimed.paid_words(self.page))
        if state == State.REJECTED:
            return Now("Nothing to do: rejected", f"{self.page.reason}.")
        if state == State.QUERIED:
            return self._awaiting(amount)
        text = f"{self.provider} claims {amount}. What you accept is paid with the contract's next scheduled payment."
        if not self.may("accept"):
            return Now(f"{self.team()} decides it by {weekday_date(self.due)}", text)
        query = self.address("claim_query")
        return Now("Now: accept, query or reject", text, warm=True, button="Accept", href=self.address("claim_accept"),
                   also="Query", also_href=query)  # fmt: skip

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder == "provider":
            return f"{self.provider} answers what the council asks about its claim."
        if self.case.holder_team is None:
            return "It is decided, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        if usual != self.team():
            return f"{usual} decides claims, and this one was handed to {self.team()}."
        return f"{usual} decides claims."

    @property
    def overdue(self) -> bool:
        """Whether the council may go on without the provider's answer."""
        return self.due is not None and self.due <= self.now and self.may("take")

    def _awaiting(self, amount: str) -> Now:
        text = f"{amount} waits for {self.provider}'s answer."
        if self.overdue:
            return Now(f"{self.provider} has not answered in time", text, warm=True, button="Go on without an answer",
                       href=self.address("claim_take"))  # fmt: skip
        return Now(f"{self.provider} answers by {weekday_date(self.due)}", text)
