"""A list of what is past its time: what is on it and what is held, two persons, a worker that is broken off, and what
is left of everything afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from backoffice.web.models import Draft
from tests import factories as make
from tests.councils import another_council
from tests.files import staged
from workflows.actions import commands as actions
from workflows.actions.rules import Asked
from workflows.council.profile import current
from workflows.engine import batches, holds, moment
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Access, Attachment, Case, Content, Event, Notice
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Client, User
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine, ImportRow, ImportRun
from workflows.retention import commands, kinds, listing, selectors
from workflows.retention.models import RetentionItem, RetentionList

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2009, 5, 4, 12, tzinfo=timezone.get_current_timezone())


def ended(line: CarePackageLine) -> int:
    """A line that ended long ago, with a document and an action with a file, both over; returns the action."""
    document = make.published(line).pk
    james = make.actor(make.provider_user(line.service.organisation))
    told = Asked("query", "client", line.client_id, None, "service_brokerage", "A question", "About the room.")
    paper = staged(james, "letter.pdf")
    action = actions.open_action(actor=james, asked=told, file_ids=[paper.pk], key=make.key()).case_id
    CarePackageLine.objects.filter(pk=line.pk).update(start=LONG_AGO.date(), end=LONG_AGO.date())
    Case.objects.filter(pk__in=[document, action]).update(
        finished=LONG_AGO, status="DONE", open_tasks=0, holder="nobody", holder_team=None
    )
    return action or 0


def administrators() -> tuple[Actor, Actor]:
    ada, ben = (make.staff_user("", duty="administrator", name=name) for name in ("Ada Root", "Ben Root"))
    return make.actor(ada), make.actor(ben)


def counts(found: RetentionList) -> dict[str, tuple[int, int]]:
    """Due and held, by kind of record."""
    told: dict[str, tuple[int, int]] = {}
    for each in selectors.lines(found):
        due, held = told.get(each.rule.what, (0, 0))
        told[each.rule.what] = (due + each.due, held + each.held)
    return {what: pair for what, pair in told.items() if pair != (0, 0)}


def prepared(actor: Actor) -> RetentionList:
    listing.prepare(listing.ask_for(actor=actor).pk)
    return RetentionList.objects.latest("pk")


def test_what_is_due_goes_after_two_persons_and_what_is_held_or_young_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due, young, kept, late = (make.line() for _ in range(4))
    gone, held_case, late_case = ended(due), ended(kept), ended(late)
    make.published(young)
    ada, ben = administrators()
    person = make.staff_user(name="Gone Away")
    User.objects.filter(pk=person.pk).update(is_active=False, used_at=LONG_AGO)
    Access.objects.all().delete()
    Access.objects.create(at=LONG_AGO, user_id=ada.user_id, what="line", client_id=due.client_id)
    Access.objects.create(at=LONG_AGO, user_id=ada.user_id, what="line", client_id=kept.client_id)
    Access.objects.create(user_id=ada.user_id, what="line", client_id=due.client_id)
    for case in (gone, held_case):
        Notice.objects.create(
            user_id=ada.user_id, kind="x", case_id=case, text="News", key=f"{case}", created_at=LONG_AGO
        )
    Draft.objects.create(token_hash="x", page="/", action="/", fields=[], expires_at=timezone.now())
    Draft.objects.update(created_at=LONG_AGO)
    hold = holds.place(actor=ada, about="client", subject_id=kept.client_id, why="An inquest")

    found = prepared(ada)
    assert counts(found) == {
        "clients": (2, 1), "cases": (4, 2), "uploaded_files": (2, 1), "people": (1, 0), "access_log": (1, 1),
        "notices": (1, 1),
        "drafts": (1, 0),
    }  # fmt: skip
    assert {each.hold_id for each in found.items.filter(subject_id=kept.client_id, rule=0)} == {hold.pk}
    assert Content.objects.filter(erased_at__isnull=False).count() == 0  # a list erases nothing

    seen = selectors.due_items(found)
    with pytest.raises(Forbidden):
        commands.ask(actor=make.actor(make.staff_user()), list_id=found.pk, seen=seen)
    with pytest.raises(Refused, match="changed"):
        commands.ask(actor=ada, list_id=found.pk, seen=seen + 1)
    commands.ask(actor=ada, list_id=found.pk, seen=seen)
    with pytest.raises(Refused, match="not finished"):
        listing.ask_for(actor=ada)
    with pytest.raises(Refused, match="Somebody else"):
        commands.confirm(actor=ada, list_id=found.pk)
    found = commands.confirm(actor=ben, list_id=found.pk)
    with pytest.raises(Refused, match="any more"):
        commands.confirm(actor=ben, list_id=found.pk)
    holds.place(actor=ada, about="provider", subject_id=late.service.organisation_id, why="A claim, meanwhile")

    batch, cases, broken = found.batch, kinds.of("cases"), []

    def broken_off(self: Any, erasing: kinds.Erasing, ids: Sequence[int]) -> int:
        """PostgreSQL goes away when the piece is erased and not committed yet; once."""
        done = really(self, erasing, ids)
        if not broken:
            broken.append(done)
            raise OperationalError("the server closed the connection")
        return done

    assert batch is not None
    really = type(cases).erase
    monkeypatch.setattr(type(cases), "erase", broken_off)
    with pytest.raises(OperationalError):
        batches.run_slice(batch.pk, 0)
    assert batches.progress(batch).waiting > 0
    batches.run_slice(batch.pk, 0)
    batches.run_slice(batch.pk, 1)  # a slice that comes again

    assert broken
    found.refresh_from_db()
    assert found.state == "done"
    assert set(Client.objects.exclude(erased_at=None)) == {due.client}
    assert User.objects.get(pk=person.pk).name == "(erased)"
    left = {int(each.partition(":")[2]) for each in Content.objects.filter(erased_at=None, stream__startswith="case:")
            .values_list("stream", flat=True)}  # fmt: skip
    assert {held_case, late_case} <= left
    assert gone not in left
    assert Attachment.objects.filter(erased_at=None).count() == 2
    assert list(Access.objects.filter(at=LONG_AGO).values_list("client_id", flat=True)) == [kept.client_id]
    assert not Draft.objects.exists()
    assert RetentionItem.objects.filter(rule=0, subject_id=late.client_id).get().state == "held"
    told = Event.objects.filter(stream=f"retention:{found.pk}").values_list("kind", flat=True)
    assert {"retention.prepared", "retention.asked", "retention.confirmed", "retention.erased", "content.erased",
            "retention.erased_all"} == set(told)  # fmt: skip
    assert verify().findings == []
    again = counts(prepared(ada))
    assert {what for what, (count, _) in again.items() if count} == set(), again


def test_files_go_before_the_words_and_rows_of_imports_without_those_of_who_is_held() -> None:
    """Another council keeps files and rows for days: what is about a client under a hold stays, row by row."""
    line = make.line()
    action = ended(line)
    ada, ben = administrators()
    held = make.client_()
    rows = f"SSRef,Surname,Forename\n{held.ss_ref},Kept,Kay\n5550001,Nobody,Norman\n".encode()
    run = imports.start(actor=make.actor(make.staff_user()), file_name="clients.csv", content=rows, kind=None)
    assert run.rows.count() == 2
    ImportRun.objects.update(created_at=LONG_AGO)
    holds.place(actor=ada, about="client", subject_id=held.pk, why="An inquest")
    rules = [{"what": what, "keep": "30 days", "why": "Because"} for what in ("uploaded_files", "imports")]
    whole = current().model_dump() | {"retention": rules}
    with pytest.MonkeyPatch.context() as patch:
        another_council(patch, {}, whole=whole)
        found = prepared(ada)
        assert counts(found) == {"uploaded_files": (1, 0), "imports": (1, 1)}
        commands.ask(actor=ada, list_id=found.pk, seen=2)
        batch = commands.confirm(actor=ben, list_id=found.pk).batch
        assert batch is not None
        batches.run_slice(batch.pk, 0)
    assert sorted(ImportRow.objects.values_list("raw", flat=True)) == ["", f"{held.ss_ref},Kept,Kay"]
    assert not Attachment.objects.filter(erased_at=None).exists()
    words = Content.objects.filter(stream=f"case:{action}")
    assert set(words.filter(text="").values_list("label", flat=True)) == {"file_name"}
    assert words.exclude(text="").exists()
    assert verify().findings == []


def test_the_list_of_a_month_is_prepared_once_and_never_erased_by_itself() -> None:
    make.load_teams()
    assert (listing.monthly(), listing.monthly()) == (1, 0)
    found = RetentionList.objects.get()
    listing.prepare(found.pk)
    listing.prepare(found.pk)
    found.refresh_from_db()
    assert (found.state, found.batch) == ("ready", None)
    RetentionList.objects.update(begun_at=moment.now() - timedelta(days=40))
    assert listing.monthly() == 1
    assert sorted(RetentionList.objects.values_list("state", flat=True)) == ["preparing", "withdrawn"]


def test_every_kind_of_the_profile_is_declared() -> None:
    assert set(kinds.every()) == {each.what for each in current().retention}
