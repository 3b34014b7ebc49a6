"""The PDF of a contract document: tagged, and the same bytes for the same figures."""

from datetime import UTC, datetime

import pytest

from workflows.contracts.document import Rendered, render
from workflows.contracts.rules import Figure

PUBLISHED = datetime(2018, 4, 13, 14, 20, tzinfo=UTC)


def document(client: str = "Kent, Karl (SSRef 2750571)") -> Rendered:
    figures = [Figure("client", "Client", client), Figure("cost", "Cost", "£536.49 weekly")]
    return render(reference="ISO-2018-000417", version=2, figures=figures, published_at=PUBLISHED)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert document() == document()
    assert document("Land, Lucy (SSRef 9170468)").sha256 != document().sha256


def test_it_is_tagged_and_says_so() -> None:
    content = document().content
    assert b"/MarkInfo" in content
    assert b"pdfuaid:part" in content


def test_what_is_typed_is_text_and_never_a_command_of_the_typesetter() -> None:
    assert document('#read("/etc/passwd") *bold* $x$ [a]').content.startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["Nguyễn Văn", "Иванов", "李小龙", "محمد"])
def test_a_name_in_any_script_can_be_published(name: str) -> None:
    content = document(name).content
    assert content.startswith(b"%PDF-")
    assert b"/MarkInfo" in content
