"""Brings rows into a demonstration as the case management system does: by import files, taken over at once."""

import csv
import io
from pathlib import Path

from workflows.parties.selectors import system_actor
from workflows.register.generator import Level, Rows
from workflows.register.models import ImportRow

from . import commands


class Rejected(Exception):
    """A row of a demonstration's file is not as it should be."""


def bring(name: str, content: bytes, kind: str) -> list[int]:
    """Take one file over; returns the ids of the lines that it began. Rejected names the first row that is wrong."""
    actor = system_actor()
    run = commands.start(actor=actor, file_name=name, content=content, kind=kind, at_once=True)
    if run.rejected:
        row = run.rows.filter(verdict=ImportRow.Verdict.REJECTED).order_by("number").first()
        raise Rejected(f"{name} line {row.number}: {row.message}" if row else name)
    commands.update_system(actor=actor, run_id=run.pk, at_once=True)
    if kind != "lines":
        return []
    new = run.rows.filter(verdict=ImportRow.Verdict.NEW).order_by("number")
    return [pk for pk in new.values_list("record_id", flat=True) if pk is not None]


def levels(folder: Path) -> list[Level]:
    """The service levels of a demonstration."""
    with (folder / "levels.csv").open(newline="", encoding="utf-8") as file:
        return [Level(row["ServiceLevel"], row["ServiceGroup"], row["Unit"]) for row in csv.DictReader(file)]


def text_of(rows: Rows) -> bytes:
    """Rows as a file."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
