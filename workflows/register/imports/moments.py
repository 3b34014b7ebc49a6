"""Moments in files: local time of England as other systems write it, or with an offset. Pure.

On the days on which the clocks change, an hour is missing in March and comes twice in October: a time in it is refused
with what to write instead, because guessing would pay an hour too much or too little.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from workflows.engine.calendar import LONDON
from workflows.register.rules import EARLIEST, LATEST

FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
PATTERN = re.compile(
    r"(?P<day>[0-9./-]+)[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.[0-9]{1,6})?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
HOUR, LAST_HOUR = 60, 23


def moment(text: str) -> datetime:
    """The moment that a text says, to the minute, in UTC. ValueError is a sentence for people."""
    found = PATTERN.fullmatch(text)
    day = _day(found["day"]) if found else None
    if found is None or day is None or int(found["hour"]) > LAST_HOUR or int(found["minute"]) >= HOUR:
        raise ValueError(f"“{text}” is not a time; write it as 09/04/2018 07:30 or 2018-04-09T07:30+01:00.")
    if not EARLIEST <= day.date() <= LATEST:
        raise ValueError(f"{day:%d/%m/%Y} is not between {EARLIEST:%d/%m/%Y} and {LATEST:%d/%m/%Y}.")
    local = day.replace(hour=int(found["hour"]), minute=int(found["minute"]))
    return _with_offset(local, found["offset"]) if found["offset"] else _of_london(local, text)


def _day(text: str) -> datetime | None:
    for form in FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 (its offset is found out below)
        except ValueError:
            continue
    return None


def _with_offset(local: datetime, offset: str) -> datetime:
    if offset == "Z":
        return local.replace(tzinfo=UTC)
    sign = -1 if offset[0] == "-" else 1
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > LAST_HOUR or minutes >= HOUR:
        raise ValueError(f"{offset} is no offset; write +00:00 or +01:00.")
    return local.replace(tzinfo=timezone(sign * timedelta(hours=hours, minutes=minutes))).astimezone(UTC)


def _of_london(local: datetime, text: str) -> datetime:
    early, late = (local.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early
    if early.astimezone(LONDON).replace(tzinfo=None) != local:
        raise ValueError(f"“{text}” did not exist: the clocks went forward in that hour.")
    raise ValueError(
        f"“{text}” came twice, because the clocks went back: add +01:00 for the first, +00:00 for the second."
    )
