"""The negative control of all browser tests: a tab notices a bad page."""

import pytest

from tests.browser.conftest import Open


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("document.querySelector('main').append(new Image())", "image-alt"),
        ("document.querySelector('h1').style.color = '#eee'", "color-contrast"),
        ("document.querySelector('main').insertAdjacentHTML('beforeend', '<p class=x>text</p>');"
         "document.querySelector('.x').style.width = '3000px'", "scrolls sideways"),
        ("console.error('a breach')", "console: a breach"),
        ("setTimeout(() => { throw new Error('a fault') }, 0)", "script: a fault"),
        ("document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color: red\">text</p>')",
         "Content Security Policy"),
        ("new Promise(done => { const file = document.createElement('script'); file.onerror = done;"
         "file.src = 'http://127.0.0.1:9/x.js'; document.head.append(file); })", "Content Security Policy"),
        ("fetch('/no-such-page/')", "404"),
    ],
)  # fmt: skip
def test_a_tab_notices_a_bad_page(open_tab: Open, script: str, fault: str) -> None:
    tab = open_tab("Somebody")
    tab.page.goto("/help/")
    tab.page.evaluate(f"() => {{ {'return ' if script.startswith(('new', 'fetch')) else ''}{script} }}")
    with pytest.raises(AssertionError, match=fault):
        tab.step("bad")
