"""What may be written into a running list, a calendar and a notice: pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from workflows.council.running import Editable, Row

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_TITLE, LONGEST_TEXT = 120, 1000


def faults_of_entry(each: Editable, words: Mapping[str, str], others: Collection[Row]) -> dict[str, str]:
    """What is wrong with the words of an entry, by field; `others` are the entries beside it."""
    found = {}
    for part in each.parts:
        said = words.get(part.name, "")
        if part.needed and not said:
            found[part.name] = f"Enter {_inside(part.label)}"
        elif len(said) > part.most:
            found[part.name] = f"{part.label} can have {part.most:,} characters at most"
    first = each.parts[0]
    taken = {row.words.get(first.name, "").casefold() for row in others if not row.retired}
    if first.name not in found and words.get(first.name, "").casefold() in taken:
        found[first.name] = "Another entry says the same. Write what tells them apart"
    return found | dict(_faults_of_contact(each, words))


def _faults_of_contact(each: Editable, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Somebody to ask needs a way to be asked."""
    if "email" not in {part.name for part in each.parts}:
        return
    if not words.get("telephone") and not words.get("email"):
        yield "telephone", "Enter a telephone number or an e-mail address"
    elif words.get("email") and not EMAIL.fullmatch(words["email"]):
        yield "email", "Enter an e-mail address such as name@example.org"


def _inside(label: str) -> str:
    return label[:1].lower() + label[1:]


def refusal_of_retiring(each: Editable, row: Row, rows: Collection[Row]) -> str | None:
    """Why an entry cannot be retired, or None: something must be left to choose."""
    if row.retired:
        return "It is retired already."
    if each.kept and not [other for other in rows if not other.retired and other.key != row.key]:
        return "It is the only one that can be chosen. Add another one first."
    return None


def refusal_of_day(day: date, today: date, bank_holidays: Collection[date], worked: Collection[int]) -> str | None:
    """Why a day cannot become a closure day, or be taken back; None when it can."""
    if day <= today:
        return "Days up to today cannot be changed: clocks have counted them."
    if day.year > today.year + 2:
        return "Enter a day of this year or of the two years that follow."
    if day in bank_holidays:
        return "It is a bank holiday, which is not worked anyway."
    if day.weekday() not in worked:
        return f"The council does not work on a {day:%A} anyway."
    return None


def faults_of_notice(
    title: str, text: str, first: datetime | None, last: datetime | None, now: datetime,
    down: tuple[datetime | None, datetime | None] = (None, None),
) -> dict[str, str]:  # fmt: skip
    """What is wrong with a notice, by field."""
    found = {}
    if not title or len(title) > LONGEST_TITLE:
        found["title"] = f"Enter a title of up to {LONGEST_TITLE} characters"
    if len(text) > LONGEST_TEXT:
        found["text"] = f"The text can have {LONGEST_TEXT:,} characters at most"
    if first is None:
        found["first"] = "Enter when it is first shown"
    if last is None:
        found["last"] = "Enter until when it is shown"
    elif last <= now:
        found["last"] = "It must be shown until some time later than now"
    elif first is not None and last <= first:
        found["last"] = "It must end later than it begins"
    begin, end = down
    if (begin is None) != (end is None):
        found["down_from" if begin is None else "down_until"] = "Enter both the beginning and the end of the downtime"
    elif begin is not None and end is not None and end <= begin:
        found["down_until"] = "The downtime must end later than it begins"
    return found
