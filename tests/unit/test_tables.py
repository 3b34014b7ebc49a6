"""List tables: what the markup says to eyes, phones and screen readers."""

from typing import Any

from django.template import Context, Template

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick


class Documents(ListTable):
    tick = Tick(lambda row: row["id"], more=lambda row: row["ref"])
    kind = Cell(
        "Document Type", lambda _row: "NCC ISO", link=lambda row: f"/d/{row['id']}", more=lambda row: row["ref"]
    )
    client = Cell("Client", lambda row: row["client"], name=True)
    cost = Cell("Cost", lambda row: row["cost"], second=lambda _row: "weekly", number=True)
    due = Cell("Due", lambda _row: "yesterday", tag=lambda _row: Tag("Breached", "red"), late=lambda _row: True)

    class Meta(ListTable.Meta):
        caption = "Contract documents that await you"
        empty = "Nothing awaits you."


ROWS = [{"id": 1, "ref": "100025821", "client": "<Nunn>", "cost": None}]


def written(rows: list[Any]) -> str:
    return Template('{% include "web/table.html" %}').render(Context({"table": Documents(rows)}))


def test_it_has_a_caption_scopes_and_roles() -> None:
    html = written(ROWS)
    assert '<caption class="govuk-visually-hidden">Contract documents that await you</caption>' in html
    assert '<th scope="col" role="columnheader" class="cc-num">Cost</th>' in html
    assert '<th scope="row" role="rowheader" class="cc-name">&lt;Nunn&gt;</th>' in html


def test_a_phone_s_card_says_each_label() -> None:
    assert 'class="cc-num" data-label="Cost"' in written(ROWS)


def test_every_link_text_is_its_own() -> None:
    assert 'NCC ISO<span class="govuk-visually-hidden"> 100025821</span></a>' in written(ROWS)


def test_a_missing_value_has_a_sign_and_a_status_its_word() -> None:
    html = written(ROWS)
    assert '– <span class="cc-second">weekly</span>' in html
    assert '<strong class="govuk-tag govuk-tag--red">Breached</strong>' in html
    assert '<span class="cc-late">yesterday</span>' in html


def test_a_status_alone_is_no_missing_value() -> None:
    class Statuses(ListTable):
        status = Cell("Status", lambda _: "", tag=lambda _: Tag("Open", "blue"))

    assert "–" not in str(Statuses.base_columns["status"].html({}))


def test_an_empty_list_says_why() -> None:
    html = written([])
    assert "Nothing awaits you." in html
    assert "<table" not in html


def test_the_same_columns_go_into_a_spreadsheet() -> None:
    assert list(Documents(ROWS).plain()) == [
        ["Document Type", "Client", "Cost", "Due"],
        ["NCC ISO", "<Nunn>", "weekly", "Breached, yesterday"],
    ]
