"""The import: nothing is written before "Update System", and the same file twice changes nothing."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actors.notify import notify
from tests import factories as make
from workflows.engine import events
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Event, Notice, Outbox
from workflows.engine.tabular import write_csv
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service
from workflows.parties.selectors import system_actor
from workflows.register import commands as register
from workflows.register import generator, selectors
from workflows.register.imports import commands, kinds
from workflows.register.imports import selectors as pages
from workflows.register.models import CarePackageLine, ImportRow, ImportRun, Rate, ServiceLevel

pytestmark = pytest.mark.django_db
FOLDER = settings.ROOT / "fixtures" / "demo" / "norfolk"
HEADER = "CarePackageRef,SSRef,Service,Contract,ServiceLevel,Quantity,StartDate,EndDate\n"
LEVEL = "Residential Long Term Standard Rate"


def start(text: str, kind: str | None = None, actor: Actor | None = None, publish: bool = False) -> ImportRun:
    return commands.start(
        actor=actor or system_actor(), file_name="file.csv", content=text.encode(), kind=kind, publish=publish
    )


def update(run: ImportRun) -> ImportRun:
    return commands.update_system(actor=system_actor(), run_id=run.pk)


def load(text: str, kind: str | None = None) -> ImportRun:
    return update(start(text, kind))


def counters(run: ImportRun) -> tuple[int, int, int, int, int]:
    """Read, new, updated, unchanged, rejected; they always add up."""
    assert run.total == run.new + run.updated + run.unchanged + run.rejected == run.rows.count()
    return run.total, run.new, run.updated, run.unchanged, run.rejected


def messages(run: ImportRun) -> list[str]:
    return [row.message for row in run.rows.order_by("number")]


@pytest.fixture
def handbook() -> None:
    """The handbook's home, level, rates, clients and lines, from the demonstration's own files."""
    make.load_teams()
    for kind in kinds.KINDS:
        load((FOLDER / f"{kind}.csv").read_text(), kind)


def test_the_handbooks_screen_comes_out_of_the_files(handbook: None) -> None:
    rows = selectors.lines(make.actor(make.staff_user())).order_by("pk")
    shown = [selectors.terms_of(row, date(2019, 4, 13)) for row in rows]
    assert [(each.ss_ref, each.client_name, each.care_package_ref) for each in shown] == [
        ("2750571", "Kent, Karl", "AP2750571"),
        ("9170468", "Land, Lucy", "AP9170468"),
        ("3088761", "Mitchell, Mike", "AP3088761"),
        ("100025821", "Nunn, Nellie", "AP100025821"),
        ("100025822", "Osman, Oscar", "AP100025822"),
    ]
    assert {(each.service_name, each.service_level, each.start, each.end) for each in shown} == {
        ("Oasis Residential Home", LEVEL, date(2018, 4, 9), None)
    }
    now = selectors.lines_terms([row.pk for row in rows], date(2019, 4, 13)).values()
    assert {(each.cost, each.pricing) for each in now} == {("£536.49 Weekly", "1 x Placement at £536.49 (Spot)")}
    then = selectors.lines_terms([row.pk for row in rows], date(2018, 4, 9)).values()
    assert 4 * sum(each.weekly_cost for each in then) == Decimal("9932.20")  # domain.md §4.1


def test_the_same_files_twice_change_nothing(handbook: None) -> None:
    before = Event.objects.count(), Outbox.objects.count(), Client.objects.count()
    for kind in kinds.KINDS:
        run = load((FOLDER / f"{kind}.csv").read_text(), kind)
        read, new, updated, unchanged, rejected = counters(run)
        assert (new, updated, rejected) == (0, 0, 0)
        assert read == unchanged > 0
    assert (Event.objects.count(), Outbox.objects.count(), Client.objects.count()) == before
    assert set(CarePackageLine.objects.values_list("version", flat=True)) == {1}


def test_the_chain_of_events_holds(handbook: None) -> None:
    load(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},2,09/04/2018,\n")
    load(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},2,09/04/2018,31/05/2019\n")
    line = CarePackageLine.objects.get(reference="AP2750571")
    assert line.version == 3
    story = list(selectors.line_story(line.pk))
    assert [(event.seq, event.kind) for event in story] == [(1, "line.started"), (2, "line.varied"), (3, "line.ended")]
    assert events.facts_of(story[1])["changes"] == {"quantity": ["1.00", "2"]}
    assert events.facts_of(story[2])["changes"] == {"end": [None, "2019-05-31"]}
    assert not verify().findings
    register.change_line(
        actor=system_actor(), line_id=line.pk, version=3, quantity=Decimal(1)
    )  # one by one goes on from it
    assert not verify().findings


def test_nothing_is_written_before_update_system(handbook: None) -> None:
    written = Event.objects.count()
    run = start(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},2,09/04/2018,\n")
    assert (run.status, counters(run)) == ("pending", (1, 0, 1, 0, 0))
    assert CarePackageLine.objects.get(reference="AP2750571").quantity == 1
    run = commands.cancel(actor=system_actor(), run_id=run.pk)
    assert (run.status, run.rows.count()) == ("cancelled", 0)
    assert CarePackageLine.objects.get(reference="AP2750571").quantity == 1
    assert Event.objects.count() == written
    with pytest.raises(Refused, match="cancelled"):
        update(run)


def test_a_file_is_taken_over_once(handbook: None) -> None:
    run = load(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},2,09/04/2018,\n")
    assert run.status == "done"
    with pytest.raises(Refused, match="import complete"):
        update(run)
    assert commands.apply(run.pk).status == "done"
    assert CarePackageLine.objects.get(reference="AP2750571").version == 2


def test_every_rejected_record_says_why_and_the_others_are_taken(handbook: None) -> None:
    run = start(
        HEADER
        + f"AP1,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,\n"
        + f"AP2,111,NOWHERE,N/A TEST,{LEVEL},1,09/04/2018,\n"
        + f"AP3,2750571,OASIS-RES,N/A TEST,{LEVEL},1,31/02/2018,\n"
        + f"AP4,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,08/04/2018\n"
        + f"AP1,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,\n"
        + "AP6,2750571,OASIS-RES,N/A TEST,Nursing Long Term,1,09/04/2018,\n"
        + f"AP9170468,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,\n"
        + f"AP8,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2017,\n"
        + f"AP3088761,3088761,OASIS-RES,N/A TEST,{LEVEL},3,09/04/2018,\n"
    )
    assert counters(run) == (9, 1, 1, 0, 7)
    assert messages(run) == [
        "",
        "There is no client with the SSRef 111. There is no service with the ServiceRef NOWHERE.",
        "StartDate: “31/02/2018” is not a date; write it as 09/04/2018, 2018-04-09 or 20180409.",
        "EndDate 08/04/2018 is before StartDate 09/04/2018.",
        "The same CarePackageRef stands on line 2 of this file.",
        "This is not a service level for this service.",
        "The line AP9170468 belongs to another client.",
        f"There is no rate for {LEVEL} on 09/04/2017.",
        "",
    ]
    run = update(run)
    assert (run.status, counters(run)) == ("done", (9, 1, 1, 0, 7))
    assert set(CarePackageLine.objects.filter(reference__startswith="AP").values_list("reference", flat=True)) == {
        "AP1", "AP2750571", "AP9170468", "AP3088761", "AP100025821", "AP100025822",
    }  # fmt: skip
    taken = run.rows.exclude(verdict="rejected").order_by("number")
    references = CarePackageLine.objects.in_bulk([row.record_id for row in taken])
    assert [references[row.record_id].reference for row in taken] == ["AP1", "AP3088761"]


def test_the_register_may_move_between_reading_and_updating(handbook: None) -> None:
    run = start(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},2,09/04/2018,\nAP1,9170468,OASIS-RES,"
                f"N/A TEST,{LEVEL},1,09/04/2018,\n")  # fmt: skip
    assert counters(run) == (2, 1, 1, 0, 0)
    line = CarePackageLine.objects.get(reference="AP2750571")
    register.change_line(actor=system_actor(), line_id=line.pk, version=1, quantity=Decimal(2))
    Client.objects.filter(ss_ref="9170468").update(ss_ref="555")
    run = update(run)
    assert counters(run) == (2, 0, 0, 1, 1)
    line.refresh_from_db()
    assert line.version == 2


def test_a_column_that_the_file_does_not_have_stays_and_an_empty_one_is_emptied(handbook: None) -> None:
    load("OrganisationRef,Name\nOASIS,Oasis Homes\n")
    oasis = Organisation.objects.get(reference="OASIS")
    assert (oasis.name, oasis.address_1) == ("Oasis Homes", "123 Mirage Road")
    load("OrganisationRef,Name,Address1\nOASIS,Oasis Homes,\n")
    oasis.refresh_from_db()
    assert oasis.address_1 == ""
    load(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,01/06/2019\n")
    load(HEADER.replace(",EndDate", "") + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018\n")
    line = CarePackageLine.objects.get(reference="AP2750571")
    assert line.end == date(2019, 6, 1)
    load(HEADER + f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,\n")
    line.refresh_from_db()
    assert line.end is None


def test_zeros_that_a_spreadsheet_took_away_are_found_again_with_a_doubt() -> None:
    load("OrganisationRef,Name\n00030,Oasis\n")
    load("ServiceRef,OrganisationRef,Name,ServiceGroup\n0007,00030,Home,residential\n")
    run = load("ServiceRef,OrganisationRef,Name,ServiceGroup\n7,30,Old Home,residential\n")
    assert (counters(run), run.quality_issues) == ((1, 0, 1, 0, 0), 1)
    row = run.rows.get()
    assert row.issue == "OrganisationRef 30 was read as 00030. ServiceRef 7 was read as 0007."
    service = Service.objects.get()
    assert (service.reference, service.name) == ("0007", "Old Home")


def test_a_second_line_of_the_same_kind_is_a_doubt_not_an_error(handbook: None) -> None:
    run = start(HEADER + f"AP-SECOND,2750571,OASIS-RES,N/A TEST,{LEVEL},1,01/01/2019,\n")
    assert (counters(run), run.quality_issues) == ((1, 1, 0, 0, 0), 1)
    assert "already on some of these days" in run.rows.get().issue


def test_rates_end_where_the_next_begins_and_never_overlap(handbook: None) -> None:
    header, nursing = "ServiceLevel,From,To,Amount\n", "Nursing Long Term"
    run = load(header + f"{nursing},01/04/2020,,800\n{nursing},01/04/2019,,770\n")
    assert counters(run) == (2, 2, 0, 0, 0)
    level = ServiceLevel.objects.get(name=nursing)
    spans = list(level.rates.order_by("start").values_list("start", "end", "amount"))
    assert spans == [
        (date(2018, 4, 1), date(2019, 3, 31), Decimal("742.15")),
        (date(2019, 4, 1), date(2020, 3, 31), Decimal("770.00")),
        (date(2020, 4, 1), None, Decimal("800.00")),
    ]
    assert counters(load(header + f"{nursing},01/04/2020,,800\n{nursing},01/04/2019,,770\n")) == (2, 0, 0, 2, 0)
    clash = start(header + f"{nursing},01/10/2018,30/04/2019,750\n{nursing},01/01/2017,01/02/2017,700\n")
    assert counters(clash) == (2, 1, 0, 0, 1)
    assert messages(clash)[0].endswith("overlaps the rate from 01/04/2019.")


def test_a_price_of_its_own_is_imported_and_left_alone_when_the_cell_is_empty(handbook: None) -> None:
    header = HEADER.strip() + ",UnitCost,UnitCostFrom\n"
    row = f"AP2750571,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,"
    run = load(header + f"{row},600.00,01/01/2019\n")
    line = CarePackageLine.objects.get(reference="AP2750571")
    assert counters(run) == (1, 0, 1, 0, 0)
    assert selectors.line_terms(line.pk, date(2019, 1, 1)).unit_cost == Decimal("600.00")
    assert selectors.line_terms(line.pk, date(2018, 12, 31)).unit_cost == Decimal("496.61")
    assert counters(load(header + f"{row},600.00,01/01/2019\n")) == (1, 0, 0, 1, 0)
    assert counters(load(header + f"{row},,\n")) == (1, 0, 0, 1, 0)


def test_lines_that_begin_or_end_ask_for_their_documents_when_told(handbook: None) -> None:
    Outbox.objects.all().delete()
    text = HEADER + f"AP1,2750571,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,\n"
    run = start(text + f"AP9170468,9170468,OASIS-RES,N/A TEST,{LEVEL},1,09/04/2018,30/04/2019\n", publish=True)
    update(run)
    rows = Outbox.objects.filter(topic="line.changed").order_by("id")
    assert [(row.payload["what"], row.payload["publish"]) for row in rows] == [("started", True), ("ended", True)]
    ids = set(Event.objects.filter(pk__in=[row.payload["event"] for row in rows]).values_list("stream", flat=True))
    assert ids == {f"line:{row.payload['line']}" for row in rows}


def test_long_files_are_a_workers(handbook: None) -> None:
    text = "SSRef,Surname,Forename\n" + "".join(f"{7_000_000 + n},Sedge,Ada\n" for n in range(1, 1_102))
    run = start(text)
    assert (run.status, run.rows.count()) == ("reading", 0)
    assert Outbox.objects.get(topic="import.read").payload == {"run": run.pk}
    run = commands.read(run.pk)
    assert (run.status, run.progress, run.content) == ("pending", 1_101, None)
    commands.read(run.pk)  # delivered again
    run = update(run)
    assert run.status == "updating"
    assert Outbox.objects.get(topic="import.apply").payload == {"run": run.pk}
    assert not Client.objects.filter(ss_ref="7000001").exists()
    commands.apply(run.pk)
    run = commands.apply(run.pk)  # delivered again
    assert (run.status, counters(run)) == ("done", (1_101, 1_101, 0, 0, 0))
    assert Event.objects.filter(kind="client.added", stream__startswith="client:").count() == 1_106


def _made_up(count: int) -> list[tuple[str, str]]:
    levels = [generator.Level(LEVEL, "residential", "Placement")]
    files = generator.files(range(count), levels, date(2026, 1, 1))
    return [(kind, write_csv(rows)) for kind, rows in files.in_order()]


def _count_queries(count: int, prefix: str) -> int:
    """How many statements it takes to read and take over a file of lines, their clients being there."""
    files = dict(_made_up(count))
    for kind in ("organisations", "services", "clients", "contracts"):
        _take(files[kind], kind)
    with CaptureQueriesContext(connection) as asked:
        run = _take(files["lines"].replace("AP7", prefix), "lines")
    assert counters(run) == (count, count, 0, 0, 0), run.rows.values_list("message", flat=True)[:3]
    return len(asked)


def _take(text: str, kind: str) -> ImportRun:
    actor = system_actor()
    run = commands.start(actor=actor, file_name=kind, content=text.encode(), kind=kind, at_once=True)
    return commands.update_system(actor=actor, run_id=run.pk, at_once=True)


def test_five_thousand_lines_cost_as_many_queries_as_five(handbook: None) -> None:
    assert _count_queries(5, "AQ7") == _count_queries(5_000, "AR7") < 130


def test_the_generator_gives_the_same_lines_at_every_scale() -> None:
    levels = [generator.Level(LEVEL, "residential", "Placement"), generator.Level("Nursing", "nursing", "Placement")]
    few = dict(generator.files(range(45), levels, date(2026, 1, 1)).in_order())
    many = dict(generator.files(range(200), levels, date(2026, 1, 1)).in_order())
    for kind, rows in few.items():
        assert [row for row in rows if row not in many[kind]] == []
    homes = {row[2] for row in few["lines"][1:]}
    assert len(homes) == 7
    names = [row[2] for row in many["services"][1:]]
    assert len(set(names)) == len(names)
    assert max(row[6] for row in many["lines"][1:]) <= "2026-01-01"


def test_only_who_owns_the_desk_imports_and_looks(handbook: None) -> None:
    text = "SSRef,Surname,Forename\n2750571,Kent,Karl\n"
    brokerage, procurement = make.actor(make.staff_user()), make.actor(make.staff_user("procurement"))
    payments = make.actor(make.staff_user("payments_residential"))
    provider = make.actor(make.provider_user(make.organisation()))
    run = start(text, actor=brokerage)
    assert start("OrganisationRef,Name\nX,Y\n", actor=procurement).status == "pending"
    for actor in (payments, provider, procurement):
        with pytest.raises(Forbidden):
            start(text, actor=actor)
        with pytest.raises(Forbidden):
            commands.update_system(actor=actor, run_id=run.pk)
        with pytest.raises(Forbidden):
            pages.run(actor, run.pk)
    assert pages.run(brokerage, run.pk) == run
    with pytest.raises(NotFound):
        pages.run(brokerage, 0)


def test_the_page_shows_errors_non_errors_or_both_and_offers_the_errors_as_a_file(handbook: None) -> None:
    text = "SSRef,Surname,Forename\n1,=HYPERLINK(),Karl\n2,,Lucy\n3,Mitchell,Mike\n"
    run = start(text)
    assert [row.number for row in pages.rows(run)] == [2, 3, 4]
    assert [row.number for row in pages.rows(run, "errors")] == [3]
    assert [row.number for row in pages.rows(run, "non-errors")] == [2, 4]
    assert [row.number for row in pages.rows(run, "both", after=2, limit=1)] == [3]
    assert pages.counters(run)[0] == ("Number of records read", 3)
    assert list(pages.error_file(run)) == [
        ["SSRef", "Surname", "Forename", "Line", "Problem"],
        ["2", "", "Lucy", "3", "Surname is empty."],
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"PK\x03\x04", "workbook"), (b"a,b\n1,2\n", "fits no kind"), (b"x" * (51 << 20), "50 MB")],
)
def test_a_file_that_cannot_be_read_leaves_nothing_behind(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        commands.start(actor=system_actor(), file_name="x.csv", content=content)
    assert not ImportRun.objects.exists()


def test_a_file_with_a_header_and_no_rows_is_an_import_of_nothing() -> None:
    run = start("SSRef,Surname,Forename\n")
    assert (run.status, counters(run)) == ("pending", (0, 0, 0, 0, 0))
    assert update(run).status == "done"


def test_the_command_asks_before_it_updates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "clients.csv", StringIO()
    path.write_text("SSRef,Surname,Forename\n2750571,Kent,Karl\n,Land,Lucy\n")
    monkeypatch.setattr("builtins.input", lambda _: "n")
    call_command("import", str(path), stdout=out)
    assert not Client.objects.exists()
    assert "Number of new records: 1" in out.getvalue()
    assert "line 3: SSRef is empty." in out.getvalue()
    assert "nothing was changed" in out.getvalue()
    call_command("import", str(path), "--yes", stdout=out)
    assert Client.objects.get().surname == "Kent"
    assert ImportRow.objects.filter(record_id=Client.objects.get().pk).count() == 1
    with pytest.raises(CommandError, match=r"gone\.csv: No such file"):
        call_command("import", str(tmp_path / "gone.csv"), "--yes")
    path.write_text("colour\nred\n")
    with pytest.raises(CommandError, match="fits no kind"):
        call_command("import", str(path), "--yes")


def test_rates_for_an_organisation_or_a_contract(handbook: None) -> None:
    header = "ServiceLevel,OrganisationRef,ContractRef,From,To,Amount\n"
    run = load(header + f"{LEVEL},OASIS,,01/05/2019,,540\n{LEVEL},,N/A TEST,01/05/2019,,545\n{LEVEL},OASIS,N/A TEST,"
               "01/05/2019,,1\n")  # fmt: skip
    assert counters(run) == (3, 2, 0, 0, 1)
    assert Rate.objects.filter(organisation__reference="OASIS").get().amount == Decimal("540.00")
    line = CarePackageLine.objects.get(reference="AP2750571")
    assert selectors.line_terms(line.pk, date(2019, 5, 1)).unit_cost == Decimal("545.00")


def test_whoever_started_an_import_is_told_when_it_is_read_and_when_it_is_finished() -> None:
    priya, tom = make.staff_user(name="Priya Raman"), make.staff_user(name="Tom Bullard")
    run = start("SSRef,Surname,Forename\n5550001,Nobody,Norman\n5550002,,\n", "clients", make.actor(priya))
    commands.read(run.pk)
    commands.update_system(actor=make.actor(tom), run_id=run.pk)
    commands.apply(run.pk)
    told = Outbox.objects.filter(topic="notify").order_by("pk")
    assert [(row.payload["kind"], row.payload["audience"]) for row in told] == [
        ("import.read", {"user": priya.pk}),
        ("import.finished", {"user": priya.pk}),
    ]
    for row in told:
        notify(row.payload, row.key)
    assert list(Notice.objects.order_by("pk").values_list("text", flat=True)) == [
        f"Import {run.pk} has been read: 2 records, 1 rejected; nothing is taken over yet",
        f"Import {run.pk} is finished: 1 new, 0 updated, 1 rejected",
    ]


def test_the_system_itself_is_told_nothing_of_its_imports() -> None:
    load("SSRef,Surname,Forename\n5550001,Nobody,Norman\n", "clients")
    assert not Outbox.objects.filter(topic="notify").exists()
