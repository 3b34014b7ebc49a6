"""Everything about one client as one file: nothing is forgotten, nobody else is in it unmarked, and it goes again."""

import csv
import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import models

from tests import factories as make
from tests.files import staged
from workflows.actions import commands as actions
from workflows.actions.rules import Asked
from workflows.engine import bundles, erase, moment
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Access, Event, StoredFile
from workflows.engine.verify import verify
from workflows.parties.models import Client
from workflows.retention import asking, packing
from workflows.retention.models import Bundle

pytestmark = pytest.mark.django_db
#: Columns without a foreign key that hold the id of a client or of something about one, or a stream of one.
LOOSE = {"client_id", "stream", "subject_id", "line_week_id", "case_id", "line_id", "owner_id"}


def telling(every: list[type[models.Model]]) -> set[type[models.Model]]:
    """Every table from which a foreign key leads to a client, over however many tables, or that names one loosely."""
    found: set[type[models.Model]] = {Client}
    while True:
        more = {each for each in every if each not in found and _touches(each, found)}
        if not more:
            return found
        found |= more


def _touches(model: type[models.Model], found: set[type[models.Model]]) -> bool:
    for each in model._meta.concrete_fields:
        if each.related_model in found or (not each.is_relation and each.name in LOOSE):
            return True
    return False


def test_every_table_that_tells_of_clients_is_in_the_bundle_or_somebody_said_why_not() -> None:
    """A new room cannot be forgotten. From whom a table is silent the way does not lead on: cases are not."""
    ours = [each for each in apps.get_models() if each.__module__.split(".")[0] in {"workflows", "backoffice"}]
    named = {each.model for each in bundles.parts()} | set(bundles.silences())
    assert sorted(each.__name__ for each in telling(ours) - named) == []
    assert not {each.model for each in bundles.parts()} & set(bundles.silences())

    class Forgotten(models.Model):
        line = models.ForeignKey("register.CarePackageLine", on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "nowhere"
            managed = False

    assert Forgotten in telling([*ours, Forgotten]) - named  # the control


def rows(archive: ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"))))


def about(line: Any, name: str) -> None:
    """An action about a line's client, with a file."""
    james = make.actor(make.provider_user(line.service.organisation, name=name))
    told = Asked("query", "client", line.client_id, None, "service_brokerage", f"Of {name}", f"{name} wrote this.")
    paper = staged(james, "letter.pdf")
    actions.open_action(actor=james, asked=told, file_ids=[paper.pk], key=make.key())


def test_a_bundle_holds_all_about_one_client_and_nothing_about_another() -> None:
    mine, other = make.line(of=make.client_("Marlowe", "Kit")), make.line(of=make.client_("Elsewhere", "Ann"))
    for line, name in ((mine, "Jo Carer"), (other, "Al Other")):
        make.published(line)
        about(line, name)
    clerk = make.actor(make.staff_user("", duty="administrator", name="Ada Root"))
    engine.viewed(clerk, "line", mine.pk, mine.client_id)
    with pytest.raises(Forbidden):
        asking.ask_for(actor=make.actor(make.staff_user()), ss_ref=mine.client.ss_ref)
    with pytest.raises(Refused, match="Nobody"):
        asking.ask_for(actor=clerk, ss_ref=mine.client.ss_ref[:-1])
    made = asking.ask_for(actor=clerk, ss_ref=f" {mine.client.ss_ref} ")
    assert asking.ask_for(actor=clerk, ss_ref=mine.client.ss_ref).pk == made.pk  # a double click
    packing.make(made.pk)
    packing.make(made.pk)  # the message comes again
    file, name = asking.take(clerk, made.pk)
    archive = ZipFile(io.BytesIO(file.read()))
    whole = b"\n".join(archive.read(each) for each in archive.namelist() if each.endswith((".csv", ".html")))
    for there in (b"Marlowe", b"Jo Carer wrote this.", mine.reference.encode(), mine.client.ss_ref.encode()):
        assert there in whole
    for absent in (b"Elsewhere", b"Al Other", other.reference.encode(), other.client.ss_ref.encode()):
        assert absent not in whole
    assert "Marlowe" not in "".join([name, *archive.namelist()])
    assert sum(each.startswith("files/") for each in archive.namelist()) == 2  # the letter and the document
    assert len(rows(archive, "lines")) == 2
    assert [each for each in rows(archive, "who-looked")[1:] if "line" in each]
    heads, told = rows(archive, "words")[0], rows(archive, "words")[1:]
    review = rows(archive, "to-review")[1:]
    text = heads.index("text (check)")
    number = next(at for at, each in enumerate(told, start=2) if each[text] == "Jo Carer wrote this.")
    assert ["words", str(number), "text", bundles.REVIEW] in review
    assert {"story", "words", "files", "action-posts", "contract-document-versions"} <= {each[0] for each in review}
    found = Bundle.objects.get()
    assert found.progress == found.total == len(bundles.parts()) + packing.BESIDE
    assert Access.objects.filter(what=asking.TAKEN, client_id=mine.client_id, object_id=found.pk).count() == 1
    kinds = Event.objects.filter(stream=f"client:{mine.client_id}").values_list("kind", flat=True)
    assert {"client.bundle_asked", "client.bundle_made"} <= set(kinds)

    stored = str(found.file.name)
    with moment.at(moment.now() + asking.KEPT_FOR + timedelta(minutes=1)):
        with pytest.raises(NotFound):
            asking.take(clerk, made.pk)
        assert asking.forget() == 1
    assert not StoredFile.objects.filter(pk=stored).exists()
    again = asking.ask_for(actor=clerk, ss_ref=mine.client.ss_ref)
    packing.make(again.pk)
    late = asking.ask_for(actor=clerk, ss_ref=mine.client.ss_ref)
    erase.erase_client(mine.client_id, clerk)
    packing.make(late.pk)
    assert set(Bundle.objects.values_list("state", "file")) == {("gone", "")}
    with pytest.raises(Refused, match="erased"):
        asking.ask_for(actor=clerk, ss_ref=f"erased-{mine.client_id}")
    assert verify().findings == []
