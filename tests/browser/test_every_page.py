"""Every address that shows a page is looked at once, at both widths, by somebody who may open it."""

import pytest
from django.urls import reverse

from tests.access.people import PEOPLE, World
from tests.access.table import TABLE
from tests.access.test_matrix import ADDRESSES
from tests.browser.conftest import Open

#: Addresses that answer with a file or with another page, and those of the steps of signing in (Norfolk §1 has them).
NOT_PAGES = {
    "account:case", "council:run_file",
    "landing", "web:brand", "web:healthz", "council:queues", "council:managers_maps", "council:pdf",
    "council:import_errors", "portal:documents_spreadsheet", "portal:document_pdf",
    "portal:payment_calendar_file", "council:bundle_file",
    "portal:file", "council:file", "council:queue_file", "council:queue_all_file", "council:queue_everything_file",
}  # fmt: skip
WATCHERS = ("super_user_scheduled", "brokerage_manager", "administrator", "payments_residential", "auditor")


def pages_of(who: str) -> list[str]:
    """What this person looks at: each page once, by the first of the watchers who may."""
    earlier = WATCHERS[: WATCHERS.index(who)]
    return [
        name
        for name, row in TABLE.items()
        if who in row.who
        and "GET" in row.methods
        and name not in NOT_PAGES
        and not name.startswith("access:")
        and not any(other in row.who for other in earlier)
    ]


@pytest.mark.parametrize("who", WATCHERS)
def test_every_page_is_sound(open_tab: Open, who: str) -> None:
    world = World()
    tab = open_tab(who, user=PEOPLE[who](world))
    files = {"csv", "xlsx"}
    for name in pages_of(who):
        path = reverse(name, kwargs={each: world.ids[each] for each in ADDRESSES[name]})
        if path.rpartition(".")[2] in files:
            continue
        answer = tab.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        tab.step(name.replace(":", "-"))


def test_the_watchers_see_every_page_that_anybody_sees() -> None:
    seen = {name for who in WATCHERS for name in pages_of(who)}
    pages = {
        name
        for name, row in TABLE.items()
        if row.who and "GET" in row.methods and name not in NOT_PAGES and not name.startswith("access:")
    }
    assert pages == seen
