"""Lists, closure days and notices are an administrator's while the council runs; no profile takes them back."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.web.council import rejected
from workflows.contracts.rules import reason_label
from workflows.council.profile import current, filed
from workflows.council.running import CLOSURES
from workflows.council.tables import offered
from workflows.engine import batches, moment, replaying
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Forbidden, Invalid, Refused, Stale
from workflows.engine.models import Event, Task
from workflows.engine.verify import verify
from workflows.lists import announcing, closing, commands, reading, selectors
from workflows.lists.announcing import Written
from workflows.lists.models import Entry
from workflows.parties.actor import Actor
from workflows.people.loading import load_council

pytestmark = pytest.mark.django_db
PATH = "contract_documents.reasons"


@pytest.fixture
def administrator() -> Actor:
    return make.actor(make.staff_user("", duty="administrator", name="Ada Clerk"))


def offers() -> list[str]:
    reading.refresh(now=True)
    return [each.label for each in offered(current().contract_documents.reasons)]


def filed_with(**reasons: Any) -> Any:
    """The served file with other reasons for rejecting a document."""
    council = filed()
    documents = council.contract_documents.model_copy(update=reasons)
    return council.model_copy(update={"contract_documents": documents})


def test_a_list_is_the_administrators_and_a_profile_never_takes_it_back(administrator: Actor) -> None:
    rejected(reason="cost")
    words: dict[str, Any] = {"actor": administrator, "path": PATH}
    before = offers()
    made = commands.add_entry(**words, words={"label": " Wrong   home "})
    commands.reword_entry(**words, key="cost", words={"label": "Price"}, seen="")
    commands.retire_entry(**words, key="dates")
    commands.move_entry(**words, key=made.key, up=True)
    assert offers() == ["Service Level", "Price", "Wrong home", "Quantity of Care"]
    assert before == ["Service Level", "Start or End Date of Service", "Cost", "Quantity of Care"]
    profile = current().contract_documents
    assert reason_label(profile, "cost") == "Price"  # of the case that was rejected before
    assert reason_label(profile, "dates") == "Start or End Date of Service"
    with pytest.raises(Stale):
        commands.reword_entry(**words, key="cost", words={"label": "Money"}, seen="")
    with pytest.raises(Invalid):
        commands.add_entry(**words, words={"label": "PRICE"})
    with pytest.raises(Forbidden):
        commands.retire_entry(actor=make.actor(make.staff_user()), path=PATH, key="cost")
    # A file that says otherwise: its words are not taken, its new reason is, and what nobody uses is retired.
    reasons = filed().contract_documents.reasons
    kept = tuple(each.model_copy(update={"label": "File"}) for each in reasons if each.key != "quantity")
    new = reasons[0].model_copy(update={"key": "late", "label": "Too late"})
    load_council(filed_with(reasons=(*kept, new)))
    assert offers() == ["Service Level", "Price", "Wrong home", "Too late"]
    said = selectors.differences(filed())
    assert "[[contract_documents.reasons]] cost: label is “Price”; the file says “Cost”, which is not taken" in said
    # What a case gives, and no administrator has touched, cannot be taken away by a file.
    Entry.objects.filter(path=PATH, key="cost").update(own=False)
    reading.refresh(now=True)
    with pytest.raises(Refused, match="document cost is gone, but 1"):
        load_council(filed_with(reasons=tuple(each for each in reasons if each.key != "cost")))
    kinds = [event.kind for event in Event.objects.filter(stream=f"list:{PATH}").order_by("seq")]
    assert kinds[:5] == [
        "list.seeded",
        "list.entry_added",
        "list.entry_reworded",
        "list.entry_retired",
        "list.entry_moved",
    ]
    assert verify().findings == []


def test_open_clocks_move_with_a_closure_day_and_back_again(administrator: Actor) -> None:
    task = Task.objects.get(process_id=make.published().pk, finished=None)
    due = task.due_at
    assert due is not None
    day = council_calendar().day_of_receipt(due - timedelta(hours=1))
    words: dict[str, Any] = {"actor": administrator, "day": day, "why": "Staff training"}
    shown = closing.moves(day, closed=True)
    assert (shown.number, [row[:2] for row in shown.by_holder]) == (1, [("Providers", 1)])
    for wrong in (moment.today(), day + timedelta(days=(5 - day.weekday()) % 7)):
        with pytest.raises(Refused):
            closing.close(**words | {"day": wrong}, move=True, key="wrong")
    for verb, key in ((closing.close, "1"), (closing.reopen, "2")):
        batch = verb(**words, move=True, key=key)
        assert batch is not None
        batches.run_slice(batch.pk, 0)
        task.refresh_from_db()
        closed = day in council_calendar().closed
        assert closed is (verb is closing.close)
        assert (task.due_at == due) is not closed
        assert task.due_at is not None
        assert task.due_at.astimezone(LONDON).date() != day or not closed
        assert replaying.check(every=True).differences == []
    assert [each.kind for each in selectors.history(administrator, closing.STREAM)] == [
        "calendar.day_opened", "calendar.day_closed",
    ]  # fmt: skip
    assert selectors.history(administrator, closing.STREAM)[0].reason == "Staff training"
    assert Entry.objects.get(path=CLOSURES).retired_at is not None


def test_a_notice_is_shown_to_its_audience_for_its_time_and_asks_nothing(
    administrator: Actor, django_assert_num_queries: Any
) -> None:
    now = moment.now()
    later = datetime.combine(moment.today() + timedelta(days=2), time(12), LONDON)
    written = Written("Upgrade", "We are away.", "providers", now, later, later - timedelta(hours=2), later)
    made = announcing.announce(actor=administrator, written=written, key="a")
    assert announcing.announce(actor=administrator, written=written, key="a").pk == made.pk
    reading.refresh(now=True)
    with django_assert_num_queries(0):
        assert [each.title for each in reading.notices("provider")] == ["Upgrade"]
        assert reading.notices("staff") == reading.notices("") == reading.notices("provider", later) == []
    announcing.end_notice(actor=administrator, notice_id=made.pk)
    announcing.end_notice(actor=administrator, notice_id=made.pk)
    reading.refresh(now=True)
    assert reading.notices("provider") == []
    assert [each.kind for each in Event.objects.filter(stream=f"notice:{made.pk}").order_by("seq")] == [
        "notice.written", "notice.ended",
    ]  # fmt: skip
