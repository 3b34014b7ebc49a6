"""Cases of every declared kind, by reference and by client, and the words of stories."""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Cast, Substr

from workflows.engine.models import Content
from workflows.engine.searching import (
    Asked,
    Rows,
    Stories,
    client_name,
    clients_named,
    declared_cases,
    declared_stories,
    exact,
    excerpt,
    group,
    listed,
)
from workflows.parties.actor import Actor


@group("cases", "Cases", place=10)
def cases(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """Cases whose reference begins with what was typed, and those of the clients that it names."""
    for readable, also in declared_cases().values():
        rows = readable(actor)
        yield _listed(rows.filter(Q(asked.begins_reference("reference")) | _numbered(asked)))
        yield _listed(rows.filter(client__in=clients_named(asked)))
        if also is not None:
            yield _listed(rows.filter(also(asked)))


@exact
def case(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """The case of a whole reference; the year and the noughts may be missing when the prefix is there."""
    prefixed = _numbered(asked) if asked.number and asked.number[0] else Q(pk__in=[])
    for readable, _ in declared_cases().values():
        yield _listed(readable(actor).filter(Q(asked.is_reference("reference")) | prefixed))


@group("words", "Words in a story", place=90)
def words(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """What people wrote, of records that the asker may read. Words that were erased are no longer there."""
    for told in declared_stories():
        if actor.is_staff or told.labels:
            yield _told(actor, asked, told)


def _told(actor: Actor, asked: Asked, told: Stories) -> Rows:
    rows = Content.objects.exclude(text="").filter(asked.has_words("text"))
    labels = told.inside if actor.is_staff else told.labels
    if labels is not None:
        rows = rows.filter(label__in=labels)
    number = Cast(Substr("stream", len(told.stream) + 2), BigIntegerField())
    record = Case(When(stream__startswith=f"{told.stream}:", then=number))
    readable = told.readable(actor)
    of_record = readable.order_by().filter(pk=OuterRef("record"))
    return listed(
        rows.annotate(record=record).filter(record__in=readable.order_by().values("pk")),
        kind=told.kind,
        id="record",
        title=Subquery(of_record.values("reference")[:1]),
        client_id=Subquery(of_record.values("client_id")[:1]),
        client=Subquery(of_record.annotate(client_words=client_name("client__")).values("client_words")[:1]),
        at="created_at",
        note=excerpt("text", asked),
        order=("-created_at", "id"),
    )


def _numbered(asked: Asked) -> Q:
    if asked.number is None:
        return Q(pk__in=[])
    prefix, number = asked.number
    return Q(pk=number, reference__startswith=prefix)


def _listed(rows: Rows) -> Rows:
    return listed(
        rows,
        kind_column="kind",
        title="reference",
        state="state",
        client_id="client_id",
        client=client_name("client__"),
        place="service__name",
        at="created",
        # By a column without an index: by id the planner walks all cases backwards when few of them match (1.7 s).
        order=("-created", "-pk"),
    )
