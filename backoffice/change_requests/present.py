"""What the page of a change request says: what to do now, who has it, and why (backoffice.cases.view)."""

from collections.abc import Sequence

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import changing
from backoffice.web.pieces import Entry, Fact, Now
from backoffice.web.words import listing, moment, weekday_date, weekday_moment
from workflows.changes import selectors
from workflows.changes.rules import State, What, less_preferred, preferred
from workflows.changes.selectors import Page
from workflows.council.profile import current
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor


class View(CaseView):
    """A change request as one person sees it now."""

    label = "Change request"
    caption = "Change request"

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page = page
        self.about = changing.record_words(page)
        self.known = selectors.known_elsewhere(actor, page)

    @property
    def list_href(self) -> str:
        """All change requests."""
        return reverse("council:change_requests")

    @property
    def heading(self) -> str:
        """What is asked for, about whom or what."""
        return f"{changing.name_of(self.page.what)}: {self.about}"

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return changing.story(self.page, chapters)

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("State", tag=changing.STATES[State(self.state)], note="Archived" if self.page.archived else "")

    def stake(self) -> Fact:
        """Who asked."""
        return Fact("Asked by", self.page.request.requested_by.name, self.case.organisation.name)

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It is closed, so nobody has it."
        if self.turn is not None and self.turn.node == "first_password":
            return f"{self.team()} gives first passwords by telephone."
        what = "people and their roles" if self.page.what not in {What.ORGANISATION, What.SERVICE} else "details"
        return f"{self.team()} decides what providers ask to change of {what}."

    def panel(self) -> Now:
        """What to do now."""
        if not self.page.request.open:
            return self._first_password() if self.turn is not None else self._closed()
        if self.page.record.gone:
            return Now(self.page.record.gone, "It cannot be accepted any more: close it, or reject it.", warm=True)
        if self.page.what is What.ROLE_REMOVAL:
            return self._removal()
        title = f"Decide by {weekday_date(self.due)}" if self.may("accept") else f"{self.team()} decides this"
        moved = [line.label for line in self.page.lines if line.moved]
        text = f"Changed since it was asked: {listing(moved)}. " if moved else ""
        text = f"{text}{self._known()}{self._mail()}{self._others()}".strip()
        return Now(title, text or "Nothing live has changed yet.", warm=bool(moved))

    def _known(self) -> str:
        """Whoever decides must know whom they let in at one more provider."""
        if not self.known:
            return ""
        return (
            f"This address is somebody's who uses the portal already: {self.known}. To accept adds this provider to "
            "what they can choose; this provider is not told of the others. "
        )

    def _mail(self) -> str:
        """An address that the council would rather have otherwise (gloucestershire-faq 5)."""
        profile = current().change_requests
        wanted = next((line.wanted for line in self.page.lines if line.field == "portal_email"), "")
        if not less_preferred(profile, wanted):
            return ""
        return f"The address does not end in {preferred(profile)}, which is preferred: ask whether they have one. "

    def _others(self) -> str:
        references = [each.reference for each in self.page.others]
        return f"Also open about the same record: {listing(references)}." if references else ""

    def _removal(self) -> Now:
        left = f"{self.about} has left the organisation. " if self.page.request.has_left else ""
        until = self.page.request.undo_until
        undo = (
            f"It can be undone until {weekday_moment(until)}."
            if self.page.undoable
            else "It cannot be undone any more."
        )
        return Now("The access ended when this was sent: confirm it", f"{left}{undo}")

    def _first_password(self) -> Now:
        contact = self.page.request.contact
        address = contact.portal_email if contact else ""
        text = f"{self.about} signs in as {address}, and must choose a password of their own."
        if self.known and contact and contact.user and contact.user.has_usable_password():
            text = (
                f"{self.about} signs in as {address} for another provider already ({self.known}) and keeps that "
                f"password: telephone them that they can choose {self.case.organisation.name} now."
            )
            return Now("Now: telephone them; no password is needed", text, warm=True)
        if contact and contact.user and contact.user.password_set_at is not None:
            text = f"{self.about} has chosen a password already, and signs in as {address}."
            return Now("Now: telephone them; no password is needed", text, warm=True)
        if not self.may("issue_password"):
            return Now(f"Accepted: {self.team()} telephones the first password", text)
        href = self.address("change_request_password")
        return Now("Now: telephone the first password", text, warm=True, button="Make a first password", href=href)

    def _closed(self) -> Now:
        words = changing.STATES[State(self.state)].text.lower()
        by = self.page.request.decided_by
        when = f"{moment(self.page.request.responded_at)}{f', by {by.name}' if by else ''}."
        return Now(f"Nothing to do: {words}", when)
