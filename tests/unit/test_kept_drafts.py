"""What counts as typed: never what a page writes into its own forms."""

from importlib import import_module
from pathlib import Path

import pytest

from backoffice.web.drafts import NOT_TYPED, WRITTEN_BY_PAGES
from backoffice.web.forms import ConcordForm

ROOT = Path(__file__).parents[2]


def forms_of_the_product() -> list[type[ConcordForm]]:
    for room in ("backoffice", "portal"):
        for path in sorted((ROOT / room).rglob("*form*.py")):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found, waiting = [], [ConcordForm]
    while waiting:
        waiting += (more := waiting.pop().__subclasses__())
        found += [each for each in more if each.__module__.startswith(("backoffice.", "portal."))]
    return sorted(set(found), key=lambda each: (each.__module__, each.__name__))


@pytest.mark.parametrize("form", forms_of_the_product(), ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_a_hidden_field_is_no_typing_and_a_shown_one_is(form: type[ConcordForm]) -> None:
    hidden = {name for name, field in form.base_fields.items() if field.widget.is_hidden}
    assert hidden <= WRITTEN_BY_PAGES | NOT_TYPED
    assert not (set(form.base_fields) - hidden) & WRITTEN_BY_PAGES
