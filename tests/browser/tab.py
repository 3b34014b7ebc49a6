"""One browser tab of one person, which fails its test on anything that a good page never does.

A console message of error level (a breach of the content security policy is one), an exception in a script, a request
that fails, an answer of 500, a finding of axe-core, a page that scrolls sideways on a phone: all are faults.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

WIDTHS = {1280: 900, 375: 800}
PHONE = 375
#: Pictures of each step are for people: kept when they ask for them.
PICTURES = os.environ.get("CONCORD_PICTURES") == "1"
#: What the accessibility statement promises, and what axe calls best practice on top.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED_BY_STATUS = "Failed to load resource: the server responded with a status of"
#: Two frames first: a script that follows a new width (a box that scrolls now) is told of it with the next one.
DRAWN = """await Promise.race([
    new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))),
    new Promise(done => setTimeout(done, 1000))])"""
ASK_AXE = f"""async (rules) => {{
    {DRAWN}
    return (await axe.run(document, {{runOnly: rules, resultTypes: ["violations"]}})).violations.map(
        each => `${{each.id}}: ${{each.help}}: ` + each.nodes.map(node => node.html.slice(0, 200)).join(" | "))
}}"""
#: What a page is made of, each kind of piece once: tag, classes, attributes, where it is, and whether it is empty.
PIECES = f"""async () => {{
    {DRAWN}
    return [...new Set([...document.querySelectorAll("body *")].map(each => [
        each.parentElement.tagName, each.tagName, each.getAttribute("class"), each.getAttribute("role"),
        each.getAttribute("type"), !each.textContent.trim(), ...each.getAttributeNames()].join(" ")))]
}}"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Tab:
    """A page, the faults that were seen on it, and its pictures."""

    asked: ClassVar[dict[tuple[int, str, str], set[str]]] = {}  # by all tabs of a run

    def __init__(self, context: BrowserContext, axe: str, pictures: Path, who: str, *, script: bool) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.axe = axe
        self.pictures = pictures
        self.who = who
        self.script = script
        self.faults: list[str] = []
        self.refusals = 0  # answers of 4xx that the test expects
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def step(self, name: str, *, bare: bool = False) -> None:
        """Look at the page at both widths: ask axe, keep a picture if wanted. `bare`: only the pictures."""
        self.page.wait_for_load_state()  # a heading can be there before the page's styles and scripts
        number = len(list(self.pictures.glob("*.png"))) // len(WIDTHS) + 1
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            if PICTURES:
                self.page.screenshot(path=self.pictures / f"{number:02}-{name}-{width}.png", full_page=True)
            if not bare:
                self._look(f"{name} at {width}", width)
        self.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
        self._say(name)

    def _look(self, where: str, width: int) -> None:
        if self.page.evaluate(TOO_WIDE):
            self.faults.append(f"{where}: the page scrolls sideways")
        if self.script and not self._is_known(width):
            if not self.page.evaluate("() => 'axe' in window"):
                self.page.evaluate(self.axe)
            self.faults += [f"{where}: {each}" for each in self.page.evaluate(ASK_AXE, RULES)]

    def _is_known(self, width: int) -> bool:
        """Whether axe has been asked of this kind of page, with the same heading, at this width already, and, where
        there is room for everything, of every kind of piece that it is made of."""
        kind = (width, re.sub(r"\d+", "0", self.page.url.split("?")[0].split("/", 3)[-1]), self.page.title())
        pieces = set() if width == PHONE else set(self.page.evaluate(PIECES))
        known = kind in self.asked and pieces <= self.asked[kind]
        self.asked.setdefault(kind, set()).update(pieces)
        return known

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """Inside, the server answers once with this status, and that is right."""
        before = self.refusals
        self.refusals = status
        with self.page.expect_response(lambda response: response.status == status):
            yield
        self.page.wait_for_load_state()
        self.refusals = before

    def close(self) -> None:
        """No fault may be left unsaid."""
        self.page.close()
        self._say("closing")

    def _say(self, where: str) -> None:
        if self.faults:
            said, self.faults = self.faults, []
            raise AssertionError("\n".join([f"{self.who}, {where}:", *said]))

    def _console(self, message: ConsoleMessage) -> None:
        expected = self.refusals and f"{REFUSED_BY_STATUS} {self.refusals}" in message.text
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left while a request runs, and a download, both end a request without an answer.
        if request.failure not in {"net::ERR_ABORTED", None}:
            self.faults.append(f"request: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and response.status != self.refusals:
            self.faults.append(f"answer {response.status} of {response.url}")


def text_of(page: Page) -> str:
    """The words of the page's main part, without line ends."""
    return " ".join(page.locator("main").inner_text().split())
