"""How a provider reads until when something is to be done."""

from datetime import datetime

import pytest

from backoffice.web.clock import deadline
from workflows.engine.calendar import LONDON

FRIDAY = datetime(2018, 4, 20, 17, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "by", "words", "soon", "tag"),
    [
        ((17, 9), "by Friday 20 April 2018", "3 working days left", False, None),
        ((19, 9), "by Friday 20 April 2018", "1 working day left", True, "1 working day left"),
        ((20, 12), "by 17:00 today", "17:00, 5 hours left", True, "Due today"),
        ((21, 9), "now: it was due on Friday 20 April 2018, 17:00", "yesterday 17:00", True, "Breached"),
    ],
)
def test_a_deadline_says_the_day_and_what_is_left(
    now: tuple[int, int], by: str, words: str, soon: bool, tag: str | None
) -> None:
    found = deadline(FRIDAY, datetime(2018, 4, *now, tzinfo=LONDON))
    assert (found.by, found.clock.words, found.soon) == (by, words, soon)
    assert (found.tag.text if found.tag else None) == tag


def test_the_tag_is_not_said_twice() -> None:
    found = deadline(FRIDAY, datetime(2018, 4, 19, 9, tzinfo=LONDON))
    assert found.rest == ""


@pytest.mark.parametrize(
    ("now", "rest"),
    [
        ((17, 9), "3 working days left"),
        ((20, 12), "17:00, 5 hours left"),
        ((21, 9), "late"),
        ((25, 9), "3 working days late"),
    ],
)
def test_beside_its_day_a_due_time_never_says_the_day_again(now: tuple[int, int], rest: str) -> None:
    assert deadline(FRIDAY, datetime(2018, 4, *now, tzinfo=LONDON)).rest == rest


def test_without_a_due_time_nothing_is_said() -> None:
    found = deadline(None, datetime(2018, 4, 19, 9, tzinfo=LONDON))
    assert (found.by, found.on, found.soon, found.tag) == ("", "", False, None)
