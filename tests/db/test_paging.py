"""Pages by key show every row once, forwards and backwards, whatever the order and the gaps."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from backoffice.web.models import Draft
from backoffice.web.paging import capped, page_by_key
from tests import factories
from workflows.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> Any:
    """Twelve drafts: three days with four each, half of them without a user."""
    user = User.objects.create_user("paging@provider.example", name="P", kind="provider")
    now = timezone.now()
    for number in range(12):
        Draft.objects.create(
            token_hash=factories.key(),
            user=user if number % 2 else None,
            page=f"/{number}",
            action="/",
            fields={},
            expires_at=now + timedelta(days=number // 4),
        )
    return Draft.objects.all()


def walk(rows: Any, keys: Sequence[str], *, size: int = 5, word: str = "next", start: str = "") -> list[list[Any]]:
    """Every page from `start` on, following Next (or Previous)."""
    pages, query = [], start
    for _ in range(20):
        page = page_by_key(rows, keys, QueryDict(query.lstrip("?")), size=size)
        pages.append(
            [row if isinstance(row, int) else (row["id"] if isinstance(row, dict) else row.pk) for row in page.items]
        )
        query = getattr(page, word)
        if not query:
            return pages
    raise AssertionError("the pages never end")


ORDERS: list[tuple[Sequence[str], list[Any]]] = [
    (("id",), ["id"]),
    (("-id",), ["-id"]),
    (("expires_at", "id"), ["expires_at", "id"]),
    (("-expires_at", "id"), ["-expires_at", "id"]),
    (("expires_at", "-id"), ["expires_at", "-id"]),
]


@pytest.mark.parametrize(("keys", "order"), ORDERS)
@pytest.mark.parametrize("size", [1, 3, 4, 5, 12, 13])
def test_it_shows_every_row_once_in_order(keys: Sequence[str], order: list[Any], size: int, rows: Any) -> None:
    pages = walk(rows, keys, size=size)
    assert [pk for page in pages for pk in page] == list(rows.order_by(*order).values_list("pk", flat=True))


@pytest.mark.parametrize("keys", [("user_id", "id"), ("-user_id", "id"), ("user", "-id")])
def test_rows_without_a_value_stand_last(keys: Sequence[str], rows: Any) -> None:
    shown = [pk for page in walk(rows, keys, size=5) for pk in page]
    empty = set(rows.filter(user=None).values_list("pk", flat=True))
    assert len(shown) == len(set(shown)) == 12
    assert set(shown[-6:]) == empty


@pytest.mark.parametrize(
    "keys", [("id",), ("expires_at", "id"), ("-expires_at", "id"), ("user_id", "id"), ("-user_id", "-id")]
)
@pytest.mark.parametrize("size", [1, 4, 5])
def test_previous_leads_back_over_the_same_rows(keys: Sequence[str], size: int, rows: Any) -> None:
    query, forward = "", []
    while True:
        page = page_by_key(rows, keys, QueryDict(query.lstrip("?")), size=size)
        forward.append([row.pk for row in page.items])
        if not page.next:
            break
        query = page.next
    back = walk(rows, keys, size=size, word="previous", start=query)
    seen = [pk for page in reversed(back) for pk in page]
    assert seen == [pk for page in forward for pk in page][: len(seen)]
    assert seen[0] == forward[0][0]


def test_plain_values_page_alike(rows: Any) -> None:
    assert walk(rows.values("id", "expires_at"), ("expires_at", "id")) == walk(rows, ("expires_at", "id"))


def test_filters_stay_in_the_address(rows: Any) -> None:
    page = page_by_key(rows, ("id",), QueryDict("kind=a&kind=b&after=zzz"), size=5)
    assert page.next.startswith("?kind=a&kind=b&after=")
    assert not page.previous


@pytest.mark.parametrize("cursor", ["zzz", "W10", "WyJub3QgYSBudW1iZXIiXQ", "bnVsbA", "%00", "WzEsMl0"])
def test_a_spoilt_cursor_shows_the_first_page(cursor: str, rows: Any) -> None:
    for word in ("after", "before"):
        page = page_by_key(rows, ("id",), QueryDict(f"{word}={cursor}"), size=5)
        assert page.items[0].pk == rows.order_by("id")[0].pk


def test_a_cursor_past_the_end_shows_the_first_page(rows: Any) -> None:
    last = page_by_key(rows, ("id",), QueryDict(""), size=11).next
    rows.order_by("-id")[0].delete()
    assert len(page_by_key(Draft.objects.all(), ("id",), QueryDict(last.lstrip("?")), size=11).items) == 11


def test_a_page_is_one_query_and_counts_nothing(rows: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as asked:
        page_by_key(rows, ("expires_at", "id"), QueryDict(""), size=5)
    assert "COUNT" not in asked[0]["sql"]
    assert "LIMIT 6" in asked[0]["sql"]


def test_a_count_stops_at_its_cap(rows: Any) -> None:
    assert capped(rows, cap=5) == 6
    assert capped(rows, cap=99) == 12
