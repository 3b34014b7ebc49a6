"""Cells that several of the council's lists have."""

from backoffice.web.tables import Cell, Of
from backoffice.web.words import money


def weekly_cell(heading: str, amount: Of) -> Cell:
    """An amount a week; without an amount no "a week" either."""
    return Cell(
        heading,
        lambda row: money(amount(row)),
        second=lambda row: "" if amount(row) is None else "a week",
        number=True,
    )
