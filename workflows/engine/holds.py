"""Legal holds: while one stands, nothing of what it is about is erased, by nobody and nothing (docs/adr/0023).

An erasure takes the holds' lock shared before it asks, a hold takes it alone: whichever comes second sees what the
first has done. What a hold reaches is said in streams. The engine knows cases; each room says of which streams else it
writes about a client, a provider or a person (`reaches`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation

from . import events, moment
from .atomic import command
from .errors import Forbidden, Invalid, NotFound, Refused
from .models import Attachment, Case, Content, LegalHold
from .typed import faults_of_text

About = LegalHold.About
LOCK = 20_260_523
#: Ids of what is asked about, to pairs of one of them and a stream on which something about it is written.
Reaches = Callable[[Collection[int]], Iterable[tuple[int, str]]]
#: Ids of those of some that are there and not erased.
There = Callable[[Collection[int]], Iterable[int]]
_reaches: dict[str, list[Reaches]] = {}
_there: dict[str, There] = {}

#: The streams on which what a hold is about has its own events.
OWN = {
    About.CLIENT: "client",
    About.CASE: "case",
    About.PROVIDER: "organisation",
    About.PERSON: "user",
    About.CONTACT: "contact",
}

#: The holds on cases among some streams: of the case itself, of its client, or of its provider.
CASES = """
SELECT 'case:' || c.id, min(h.id) FROM engine_case c JOIN engine_legalhold h ON h.lifted_at IS NULL AND (
    h.about = 'case' AND h.subject_id = c.id OR h.about = 'client' AND h.subject_id = c.client_id
    OR h.about = 'provider' AND h.subject_id = c.organisation_id)
WHERE c.id = ANY (%s) GROUP BY c.id
"""


class Held(Refused):
    """It is under a legal hold."""

    def __init__(self, hold_id: int) -> None:
        super().__init__(
            f"Legal hold {hold_id} forbids it: what it is about, and what is told of it together with others, must"
            " be kept until the hold is lifted.",
            "held",
        )
        self.hold_id = hold_id


def reaches(about: str) -> Callable[[Reaches], Reaches]:
    """Declare on which streams a room writes about clients, providers, people or contacts."""

    def declare(function: Reaches) -> Reaches:
        _reaches.setdefault(about, []).append(function)
        return function

    return declare


def knows(about: str) -> Callable[[There], There]:
    """Declare who says which of a room's records are there and not erased."""

    def declare(function: There) -> There:
        _there[about] = function
        return function

    return declare


@knows(About.CLIENT)
def _clients(ids: Collection[int]) -> Iterable[int]:
    return Client.objects.filter(pk__in=ids, erased_at=None).values_list("pk", flat=True)


@knows(About.CASE)
def _cases(ids: Collection[int]) -> Iterable[int]:
    return list(Case.objects.filter(pk__in=ids).values_list("pk", flat=True))


@knows(About.PROVIDER)
def _providers(ids: Collection[int]) -> Iterable[int]:
    return Organisation.objects.filter(pk__in=ids).values_list("pk", flat=True)


def streams_of(about: str, ids: Collection[int]) -> set[tuple[int, str]]:
    """Every stream on which something about one of these is written, with whom it is about."""
    pairs = {(pk, f"{OWN[About(about)]}:{pk}") for pk in ids}
    if about in {About.CLIENT, About.PROVIDER}:
        column = "client" if about == About.CLIENT else "organisation"
        cases = Case.objects.filter(**{f"{column}__in": ids}).values_list(column, "pk")
        pairs |= {(pk, f"case:{case}") for pk, case in cases}
    for function in _reaches.get(about, ()):
        pairs |= set(function(ids))
    return pairs


def words_of(about: str, ids: Collection[int]) -> set[tuple[int, str]]:
    """The same, without those cases about others too (a payment, a week of a service) in which nobody has written
    anything: nothing of them goes with a client, so a hold on another client of theirs forbids nothing."""
    pairs = streams_of(about, ids)
    if about != About.CLIENT:
        return pairs
    own = {f"case:{pk}" for pk in Case.objects.filter(client__in=ids).values_list("pk", flat=True)}
    shared = {stream for _, stream in pairs if stream.startswith("case:")} - own
    written = (Content.objects, Attachment.objects)
    told = {
        stream
        for rows in written
        for stream in rows.filter(stream__in=shared, erased_at=None).values_list("stream", flat=True)
    }
    return {(pk, stream) for pk, stream in pairs if stream not in shared or stream in told}


def standing() -> QuerySet[LegalHold]:
    """The holds that have not been lifted."""
    return LegalHold.objects.filter(lifted_at=None)


def on(streams: Iterable[str]) -> dict[str, int]:
    """Which of these streams a hold reaches, and the hold."""
    wanted = set(streams)
    found: dict[str, int] = {}
    if not wanted or not standing().exists():
        return found
    for about in About.values:
        holds = dict(standing().filter(about=about).values_list("subject_id", "pk"))
        own = ((pk, f"{OWN[About(about)]}:{pk}") for pk in holds)
        rooms = (pair for function in _reaches.get(about, ()) for pair in (function(holds) if holds else ()))
        found |= {stream: holds[pk] for pk, stream in (*own, *rooms) if stream in wanted}
    cases = [int(each.partition(":")[2]) for each in wanted if each.startswith("case:")]
    with connection.cursor() as cursor:
        cursor.execute(CASES, [cases])
        return dict(cursor.fetchall()) | found


def before_erasing() -> None:
    """Take the lock that an erasure shares with others, and that a hold waits for; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def guard(streams: Iterable[str]) -> None:
    """Raise Held when a hold reaches one of the streams that are about to be erased."""
    before_erasing()
    if found := on(streams):
        raise Held(min(found.values()))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a hold is, or is to be, on: `name` as pages that may name it do, `note` what tells it from others."""

    about: str
    id: int
    name: str
    note: str


def of(about: str, subject_id: int) -> QuerySet[LegalHold]:
    """The holds that stand on one thing itself, the earliest first."""
    return standing().filter(about=about, subject_id=subject_id).order_by("pk")


def shown(actor: Actor, about: str, subject_id: int) -> list[LegalHold]:
    """The holds that somebody is to see on the page of one thing; nobody but who may see holds. A case also shows those
    of its client, of its provider, and of others of whom it tells."""
    if not may_read(actor):
        return []
    if about != About.CASE:
        return list(of(about, subject_id))
    case = Case.objects.filter(pk=subject_id).only("client", "organisation").first()
    reached = set(on([f"case:{subject_id}"]).values()) if case else set()
    found = Q(pk__in=reached) | Q(about=About.CASE, subject_id=subject_id)
    if case is not None:
        found |= Q(about=About.PROVIDER, subject_id=case.organisation_id)
        found |= Q(about=About.CLIENT, subject_id=case.client_id or 0)
    return list(standing().filter(found).order_by("pk"))


def may_read(actor: Actor) -> bool:
    """Whether somebody sees what is held: administrators, who place holds, and auditors."""
    return bool(actor.duties & {"administrator", "auditor"})


def listed(actor: Actor, *, lifted: bool = False) -> QuerySet[LegalHold]:
    """Holds, without an order; Forbidden for who may not see them."""
    if not may_read(actor):
        raise Forbidden("Only administrators and auditors see what is under a legal hold.")
    rows = LegalHold.objects.filter(lifted_at__isnull=not lifted)
    return rows.select_related("why", "lifted_why", "placed_by", "lifted_by")


@command
def place(*, actor: Actor, about: str, subject_id: int, why: str) -> LegalHold:
    """Put a hold on something. Raises Forbidden, NotFound for what is not there or is erased, Invalid by field."""
    _require(actor)
    _said(why, "Say why it must be kept")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if subject_id not in set(_there[about]([subject_id])):
        raise NotFound
    pk = _next_id()
    facts = {"about": about, "subject": subject_id}
    event = events.record(
        f"hold:{pk}", "hold.placed", actor.user_id, facts, at=moment.now(), words={"why": why.strip()}
    )
    words = events.facts_of(event)["contents"]["why"]["id"]
    return LegalHold.objects.create(
        pk=pk, about=about, subject_id=subject_id, why_id=words, placed_by_id=actor.user_id, placed_at=event.at
    )


@command
def lift(*, actor: Actor, hold_id: int, why: str) -> LegalHold:
    """Take a hold away for a reason; who lifts it again is refused."""
    _require(actor)
    _said(why, "Say why it need not be kept any more")
    hold = LegalHold.objects.select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    if hold.lifted_at is not None:
        raise Refused("This hold was lifted already.", "lifted")
    facts = {"about": hold.about, "subject": hold.subject_id}
    event = events.record(
        f"hold:{hold.pk}", "hold.lifted", actor.user_id, facts, at=moment.now(), words={"why": why.strip()}
    )
    hold.lifted_why_id = events.facts_of(event)["contents"]["why"]["id"]
    hold.lifted_by_id, hold.lifted_at = actor.user_id, event.at
    hold.save()
    return hold


def own_streams(pairs: Mapping[str, Collection[int]]) -> set[str]:
    """The streams of the holds that there were on some things: their reasons go with what they were about."""
    found = Q(pk__in=[])
    for about, ids in pairs.items():
        found |= Q(about=about, subject_id__in=ids)
    return {f"hold:{pk}" for pk in LegalHold.objects.filter(found).values_list("pk", flat=True)}


def _said(why: str, missing: str) -> None:
    if faults := faults_of_text(why, missing, field="why"):
        raise Invalid(faults)


def _require(actor: Actor) -> None:
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator places or lifts a legal hold.")


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('engine_legalhold', 'id'))")
        return int(cursor.fetchone()[0])
