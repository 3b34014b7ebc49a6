"""The engine's tables: cases, their turns, the event log, and what is still to be carried out.

Case and Task are viewflow's abstract tables with our own columns and far fewer indexes (docs/adr/0003). They are
written by the door alone; the sweep may touch what it marks on a task: at risk, past target, urgency.
"""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from viewflow.workflow.models import AbstractProcess, AbstractTask
from viewflow.workflow.status import PROCESS, STATUS

from workflows.parties.models import Client, Organisation, Service, Team

from .fields import FlowField, NodeField


def without_generic_owner(model: Any) -> Any:
    """Take viewflow's generic foreign key off: setting it to None leaves it among the private fields."""
    model._meta.private_fields = [each for each in model._meta.private_fields if each.name != "owner_permission_obj"]
    model.owner_permission_obj = None
    model._meta._expire_cache()
    return model


class CalendarVersion(models.Model):
    """A council's working time as it was when a clock began: a clock never moves because a calendar was changed."""

    number = models.IntegerField(unique=True)
    content = models.JSONField()  # hours by weekday, cut-off, closure days, bank holidays
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)


class ClockDefinition(models.Model):
    """A promise: who owes what within how much working time, and from when on it is at risk. Never changed; a changed
    profile makes a new version."""

    key = models.CharField(max_length=80)  # `contract_documents.respond_within`, or a case clock's key of the profile
    version = models.IntegerField()
    party = models.CharField(max_length=10)  # provider, or team
    target = models.CharField(max_length=30)  # "5 working days"
    at_risk_share = models.DecimalField(max_digits=3, decimal_places=2)  # of the target, elapsed
    at_risk_left = models.CharField(max_length=30)  # or no more than this is left, whichever is first
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="clock_definition_once")]


class Holder(models.TextChoices):
    """Whose turn it is."""

    TEAM = "team", "A council team"
    PROVIDER = "provider", "The provider"
    SYSTEM = "system", "The system"
    NOBODY = "nobody", "Nobody"


class Case(AbstractProcess):
    """One thing that happens, from beginning to end, always held by somebody while it is open.

    `version` is the number of its last event; `head` is that event's hash.
    """

    flow_class: Any = FlowField()
    status = models.CharField(max_length=10, choices=PROCESS.choices, default=PROCESS.NEW)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=30)
    version = models.IntegerField(default=0)
    head = models.BinaryField(default=bytes)
    open_tasks = models.SmallIntegerField(default=0)
    holder = models.CharField(max_length=10, choices=Holder.choices, default=Holder.NOBODY)
    holder_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    holder_since = models.DateTimeField(default=timezone.now)
    # The team that was chosen for this case, where no desk says it: the other end of a conversation.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # What it takes to read it beside its kind: care, finance, general; empty where the kind says it all.
    sensitivity = models.CharField(max_length=10, blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # pounds a week, or in all

    seed = artifact = parent_task = None
    data: ClassVar[dict[str, Any]] = {}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="NEW") | models.Q(open_tasks__gt=0), name="case_open_is_somebodys_turn"
            ),
            models.CheckConstraint(
                condition=models.Q(holder="team") ^ models.Q(holder_team__isnull=True), name="case_team_holder_has_team"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "state", "-id"], name="case_of_organisation"),
            models.Index(fields=["kind", "state", "-id"], name="case_of_kind"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def coerced(self) -> "Case":
        """Itself: all cases are rows of one table."""
        return self


def _of_team(name: str, *fields: str, include: Sequence[str] = ("not_before", "owner"), **but: bool) -> models.Index:
    """An index of the open turns of teams, or of those of them that `but` says."""
    which = models.Q(finished__isnull=True, team__isnull=False, **but)
    return models.Index(fields=["team", *fields], name=name, include=include, condition=which)


@without_generic_owner
class Task(AbstractTask):
    """A turn: something that a team, a provider or the system is to do.

    Title, reference, amount and provider are copied in when it opens, so that a queue page reads one table. Each of a
    queue's views and filters has a partial index that is in the order of the list, or small; what else is asked of
    every row of a count stands in the index too (`include`), so that counting reads no rows.
    """

    process = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="task_set")
    flow_task: Any = NodeField()
    flow_task_type = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=STATUS.choices, default=STATUS.NEW)
    created = models.DateTimeField(default=timezone.now)
    predecessor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="leading", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The case's organisation, whoever's turn it is: a queue is narrowed by it.
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The outside team that is to do it, where `team` only keeps it (keeping.py).
    outside = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    optional = models.BooleanField(default=False)
    outcome = models.CharField(max_length=30, blank=True, default="")  # the verb that ended it
    clock = models.ForeignKey(ClockDefinition, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    not_before = models.DateField(null=True)  # the follow-up date: kept out of sight until then, the clock runs on
    priority = models.SmallIntegerField(default=0)  # 0 usual, 1 high, 2 at once
    urgency = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # what it costs to leave it (urgency.py)
    standing_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at_risk_marked_at = models.DateTimeField(
        null=True
    )  # by the sweep, as breached_at: the tallies count what is marked
    breached_at = models.DateTimeField(null=True)

    previous = scheduled = external_task_id = None
    owner_permission = owner_permission_content_type = owner_permission_obj_pk = owner_permission_obj = None
    seed = artifact = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=True) | models.Q(organisation__isnull=True),
                name="task_held_by_one_side",
            )
        ]
        indexes = [
            _of_team("task_team_queue", "due_at", "id"),
            _of_team("task_costly_first", "-urgency", "id"),
            # Narrower than the one above, or that one is taken, and all that was claimed at its head is read first.
            _of_team("task_unclaimed", "due_at", "id", include=["not_before"], owner__isnull=True),
            _of_team("task_at_risk", "due_at", "id", at_risk_marked_at__isnull=False, breached_at__isnull=True),
            _of_team(
                "task_at_risk_costly", "-urgency", "id", at_risk_marked_at__isnull=False, breached_at__isnull=True
            ),
            _of_team("task_waiting", "due_at", "id", not_before__isnull=False),
            _of_team("task_by_provider", "provider", "due_at", "id"),
            _of_team("task_by_step", "kind", "node", "due_at", "id"),
            _of_team("task_by_amount", "amount"),
            _of_team("task_by_opening", "created"),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="task_my_work",
                include=["team", "not_before"],
                condition=models.Q(finished__isnull=True, owner__isnull=False),
            ),
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="task_provider_queue",
                condition=models.Q(finished__isnull=True, organisation__isnull=False),
            ),
            models.Index(
                fields=["at_risk_at"],
                name="task_to_risk",
                condition=models.Q(finished__isnull=True, breached_at__isnull=True, at_risk_marked_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="task_to_breach",
                condition=models.Q(finished__isnull=True, breached_at__isnull=True),
            ),
            # Everything that somebody may read, of teams and providers together:
            models.Index(fields=["due_at", "id"], name="task_due_first", condition=models.Q(finished__isnull=True)),
            models.Index(
                fields=["-urgency", "id"], name="task_costly_of_all", condition=models.Q(finished__isnull=True)
            ),
            models.Index(fields=["process", "id"], name="task_of_case"),
        ]

    @property
    def data(self) -> dict[str, Any]:
        """Nothing is kept loose on a task; viewflow assigns an empty dict here."""
        return {}

    @data.setter
    def data(self, value: dict[str, Any]) -> None:
        if value:
            raise ValueError("A task keeps no loose data; add a column.")


class HolderSpan(models.Model):
    """Who held a case from when to when: what the events say, kept so that sets of cases can be added up.

    `minutes` are working minutes of `calendar`, set when the span ends. Ends are cut to the minute, so that all spans
    of a case add up exactly to the working time from its first event to its last (spans.py).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="spans")
    seq = models.IntegerField()  # of the event that gave the case to this holder
    holder = models.CharField(max_length=10, choices=Holder.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    minutes = models.IntegerField(null=True)
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="holder_span_once"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="holder_span_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, minutes__isnull=True, calendar__isnull=True)
                | models.Q(ended_at__isnull=False, minutes__isnull=False, calendar__isnull=False),
                name="holder_span_measured_when_ended",
            ),
        ]


class Rung(models.Model):
    """That a rung of the escalation ladder is to be climbed for a task, and when it was: once, however many schedulers
    run. It is written when the task comes to be at risk or past target, and told when the council works (ladder.py).
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="rungs")
    rung = models.CharField(max_length=60)  # `breached + 1 working day: manager`
    since = models.DateTimeField()  # what the rung counts from: when the task came to be at risk, or was due
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "rung"], name="rung_once")]
        indexes = [
            models.Index(fields=["rung", "since"], name="rung_to_tell", condition=models.Q(told_at__isnull=True))
        ]


class Delta(models.Model):
    """A change of a figure that managers read, written with its cause and folded into a tally by a job.

    `day` is the London day that the figure is about: of opening for what is open, of the event for what happened.
    """

    metric = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    team_id = models.BigIntegerField(default=0)  # 0: the provider's
    day = models.DateField()
    count = models.IntegerField()
    money = models.DecimalField(max_digits=14, decimal_places=2, default=0)


class Tally(models.Model):
    """The sum of the deltas that were folded so far."""

    metric = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    team_id = models.BigIntegerField(default=0)
    day = models.DateField()
    count = models.IntegerField()
    money = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "kind", "node", "team_id", "day"], name="tally_once")]
        indexes = [models.Index(fields=["team_id", "metric", "day"], name="tally_of_team")]


class Event(models.Model):
    """What happened, in order, never changed (a trigger refuses it).

    A stream is one case, one record of the register, or one party. `body` is stored and hashed byte for byte;
    `hash` = HMAC-SHA256(key outside the database, hash before + body). What people wrote is not in it, only the
    salted hash of the content row that holds the words.
    """

    stream = models.CharField(max_length=60)
    seq = models.IntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="events", db_index=False)
    body = models.TextField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_once_in_stream")]


class Content(models.Model):
    """Words, names and files' names that an event refers to; erasing one leaves the chain whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stream = models.CharField(max_length=60, db_index=True)
    label = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    salt = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)


class Receipt(models.Model):
    """That a client's key has had its effect, and what the answer was."""

    key = models.CharField(max_length=100, primary_key=True)
    body_hash = models.BinaryField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)


class Outbox(models.Model):
    """Something that must follow. PostgreSQL is the truth, Redis only the wake-up (architecture §5)."""

    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="outbox_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(fields=["parked_at"], name="outbox_parked", condition=models.Q(parked_at__isnull=False)),
        ]


class Slot(models.Model):
    """That a periodic job's slot was taken: any number of schedulers is safe, and a missed slot is seen."""

    job = models.CharField(max_length=60)
    slot = models.DateTimeField()
    taken_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="slot_once")]


class Anchor(models.Model):
    """The heads of all streams that changed since the last anchor; insert-only, and also written to a file outside."""

    at = models.DateTimeField(default=timezone.now)
    heads = models.JSONField()  # {stream: [seq, hash]}
    seen_below = models.BigIntegerField(default=0)  # every transaction below this number had ended
    hash = models.BinaryField()


class Notice(models.Model):
    """That a person is told something: unread until seen, mailed once. References only, never a client's name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=200)
    key = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail_key = models.CharField(max_length=200, blank=True, default="")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["mail_key"], name="notice_to_mail", condition=models.Q(mailed_at__isnull=True)),
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            # counted in the header of every page
            models.Index(fields=["user", "-id"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]


class Batch(models.Model):
    """Many cases changed by one person's wish, one by one through the door, in a worker."""

    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)


class BatchItem(models.Model):
    """One item of a batch and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        REFUSED = "refused", "Not done"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    target = models.BigIntegerField()
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.WAITING)
    message = models.CharField(max_length=500, blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "target"], name="batch_item_once")]
        indexes = [models.Index(fields=["batch", "result"], name="batch_item_result")]


class StoredFile(models.Model):
    """A file of the database storage: named by its content, so the same bytes are kept once."""

    name = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)


class FileChunk(models.Model):
    """A piece of a stored file."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="chunks")
    seq = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "seq"], name="file_chunk_once")]


class Attachment(models.Model):
    """A file that a person sent. Staged first: theirs alone, wiped after a day; then attached to the record of a room
    that its `kind` names (files.attach). Its bytes are a StoredFile, its name is what the sender called it, made safe.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the virus scan"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation_id = models.BigIntegerField(null=True)  # that the sender acted for
    kind = models.CharField(max_length=60, blank=True, default="")
    owner_id = models.BigIntegerField(null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stream = models.CharField(max_length=60, blank=True, default="")
    file = models.FileField(max_length=200, blank=True, default="")  # empty once refused or erased
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    salt = models.BinaryField()  # of the hash by which the event names the bytes
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    attached_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # by the virus scan
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attached_at__isnull=True, kind="", stream="", owner_id__isnull=True)
                | (
                    models.Q(attached_at__isnull=False, owner_id__isnull=False)
                    & ~models.Q(kind="")
                    & ~models.Q(stream="")
                ),
                name="attachment_staged_or_owned",
            ),
            models.CheckConstraint(
                condition=~models.Q(file="") | models.Q(state="refused") | models.Q(erased_at__isnull=False),
                name="attachment_has_bytes",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "owner_id", "id"], name="attachment_of_owner"),
            models.Index(fields=["stream"], name="attachment_of_stream"),
            models.Index(fields=["file"], name="attachment_of_bytes"),
            models.Index(fields=["created_at"], name="attachment_staged", condition=models.Q(attached_at__isnull=True)),
            models.Index(fields=["created_at"], name="attachment_to_scan", condition=models.Q(state="waiting")),
        ]


class Access(models.Model):
    """That a person looked at a sensitive page or took a file: who, what, when."""

    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="access_of_user"),
            models.Index(fields=["client_id", "-at"], name="access_of_client"),
        ]
