"""Times in files, on the days of London's clock changes above all (workflows.register.imports.moments)."""

from datetime import UTC, datetime, timedelta

import pytest

from workflows.engine.calendar import LONDON
from workflows.register.imports.moments import moment


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("17/02/2025 07:30", "2025-02-17T07:30"),
        ("2025-07-14 7:30", "2025-07-14T06:30"),
        ("2025-07-14T07:30:59", "2025-07-14T06:30"),
        ("2025-07-14T07:30:00.123Z", "2025-07-14T07:30"),
        ("20250714 23:59 +0100", "2025-07-14T22:59"),
        ("30/03/2025 00:59", "2025-03-30T00:59"),
        ("30/03/2025 02:00", "2025-03-30T01:00"),
        ("26/10/2025 00:59", "2025-10-25T23:59"),
        ("26/10/2025 01:30+01:00", "2025-10-26T00:30"),
        ("26/10/2025 01:30+00:00", "2025-10-26T01:30"),
        ("26/10/2025 02:00", "2025-10-26T02:00"),
    ],
)
def test_a_time_is_london_s_unless_it_says_otherwise(text: str, utc: str) -> None:
    assert moment(text) == datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30/03/2025 01:00", "did not exist"),
        ("30/03/2025 01:59", "did not exist"),
        ("26/10/2025 01:00", "came twice"),
        ("26/10/2025 01:59", "came twice"),
        ("17/02/2025", "is not a time"),
        ("17/02/2025 24:00", "is not a time"),
        ("17/02/2025 07:60", "is not a time"),
        ("31/02/2025 07:30", "is not a time"),
        ("17/02/2025 07:30+99:00", "is no offset"),
        ("17/02/0025 07:30", "is not between"),
    ],
)
def test_what_is_no_time_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        moment(text)


def test_every_half_hour_of_a_year_is_read_back_or_refused() -> None:
    """Two each hour: those that exist once are read, as London's own clock says them."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    refused = 0
    for number in range(2 * 24 * 365):
        instant = start + timedelta(minutes=30 * number)
        local = instant.astimezone(LONDON)
        try:
            assert moment(f"{local:%d/%m/%Y %H:%M}") == instant
        except ValueError:
            refused += 1
        assert moment(local.isoformat()) == instant
    assert refused == 4, "the hour that comes twice, both times"
