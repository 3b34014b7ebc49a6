"""Change requests in any order of verbs by anybody, with stale pages and repeated keys, while days pass and workers
come, or die at work, against a small model."""

import os
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.model.changes import (
    DETAILS,
    DETAILS_ROLES,
    REMOVAL,
    SOMEBODY_NEW,
    WHOLE_ROLES,
    People,
    RemovalModel,
    WholePeople,
)
from tests.model.process import Everybody, Living, Model
from workflows.changes.models import ChangeField, ChangeRequest
from workflows.parties.models import Membership, User
from workflows.people.models import Contact

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]


class Requests(Living):
    """One request and everybody; what is recorded follows its state and nothing else."""

    model_class: ClassVar[type[Model]] = Model

    def begins(self) -> Model:
        """A request as it was just sent."""
        case_id = self.process.in_state("submitted", self.people)
        page = self.process.page(case_id)
        team = self.process.holders["submitted"][1]
        return self.model_class(self.process, case_id, [page], "submitted", 1, held_by=team)

    @invariant()
    def the_request_is_open_while_its_state_says_so(self) -> None:
        request = ChangeRequest.objects.get(pk=self.model.case_id)
        assert request.open is (self.model.state == "submitted")
        undecided = ChangeField.objects.filter(request=request, decision="").exists()
        assert undecided is (self.model.state in {"submitted", "withdrawn"} or self._undone_early())

    def _undone_early(self) -> bool:
        return self.model.state == "undone" and ChangeField.objects.filter(
            request_id=self.model.case_id, decision=""
        ).exists()  # fmt: skip


class Details(Requests):
    """A home's town and fax are live exactly when they were accepted."""

    process = DETAILS

    @invariant()
    def what_is_recorded_is_what_was_accepted(self) -> None:
        home = self.people.home
        home.refresh_from_db()
        live = {"accepted": ("Diss", "1"), "accepted_in_part": ("Diss", "")}
        assert (home.town, home.fax) == live.get(self.model.state, ("", ""))


class Removals(Requests):
    """Access is there exactly when the removal was undone."""

    process = REMOVAL
    model_class = RemovalModel

    @invariant()
    def access_has_ended_unless_it_was_undone(self) -> None:
        contact = Contact.objects.get(requests=self.model.case_id)
        there = Membership.objects.filter(user_id=contact.user_id).exists()
        assert (there, contact.gone_at is None) == ((self.model.state == "undone"),) * 2


class NewContacts(Requests):
    """There is a portal user exactly when the contact was accepted."""

    process = SOMEBODY_NEW

    @invariant()
    def a_user_is_made_by_the_acceptance(self) -> None:
        made = User.objects.filter(email="jsmith@testsystem.example").count()
        assert made == int(self.model.state in {"waiting", "given"})


@pytest.mark.parametrize(
    ("machine", "people"),
    [
        (Details, lambda: People(DETAILS_ROLES)),
        (Removals, lambda: WholePeople(WHOLE_ROLES)),
        (NewContacts, lambda: WholePeople(WHOLE_ROLES)),
    ],
)
def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(quick: None, machine: Any, people: Any) -> None:
    everybody: Everybody = people()
    run_state_machine_as_test(
        type("Machine", (machine,), {"people": everybody}),
        settings=settings(
            max_examples=1_000 if SOAK else 6,
            stateful_step_count=30 if SOAK else 16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
