"""The queue with a keyboard and nothing else: claim, look at the case, hand it over, and several at once."""

from playwright.sync_api import Locator, Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.db.test_turns import rejected
from workflows.engine import batches
from workflows.engine.models import Batch, Task

MOST_TABS = 120


def tab_to(page: Page, what: Locator) -> None:
    """Press Tab until `what` has the focus, as somebody without a mouse does; it is seen to have it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if what.evaluate("each => each === document.activeElement"):
            expect(what).to_be_in_viewport()
            return
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {what}")


def test_from_the_queue_to_a_claimed_case_that_is_handed_over(open_tab: Open) -> None:
    task = rejected()
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"))
    make.staff_user(name="Tom Bullard")
    page = tab.page
    page.goto(f"/queues/{task.team_id}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    tab_to(page, page.get_by_role("button", name=f"Claim {task.reference}"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is yours now.")).to_be_visible()
    tab.step("claimed")
    tab_to(page, page.get_by_role("link", name="Hand over", exact=False).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hand over")
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("main select:visible"))
    page.keyboard.type("Tom")
    tab_to(page, page.locator("main textarea"))
    page.keyboard.type("You know this home.")
    page.keyboard.press("Tab")
    tab.step("about-to-hand-over")
    button = page.locator("main").get_by_role("button").last
    if not button.evaluate("each => each === document.activeElement"):
        tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Tom Bullard")
    page.wait_for_load_state()
    owner = Task.objects.select_related("owner").get(pk=task.pk).owner
    assert owner is not None
    assert owner.name == "Tom Bullard"


def test_several_are_chosen_checked_and_begun(open_tab: Open) -> None:
    tasks = [rejected() for _ in range(2)]
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"))
    page = tab.page
    page.goto(f"/queues/{tasks[0].team_id}/")
    bar = page.get_by_role("button", name="Claim", exact=True)
    for task in tasks:
        tab_to(page, page.get_by_role("checkbox", name=f"Select {task.reference}"))
        page.keyboard.press("Space")
    expect(page.get_by_text("2 selected")).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab")
        if bar.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check: 2 tasks")).to_be_visible()
    tab.step("check")
    tab_to(page, page.get_by_role("button", name="Claim 2 tasks"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It goes on when you close this page")).to_be_visible()
    batches.run_slice(Batch.objects.get().pk, 0)
    expect(page.get_by_role("heading", name="Claim: 2 tasks")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Claim: 2 of 2 tasks done")).to_be_visible()
    tab.step("done")
