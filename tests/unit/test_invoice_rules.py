"""The rules of invoices and credit notes that ask nobody (workflows/invoices/rules.py)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.councils import FOLDER, POLICIES
from workflows.council import profile
from workflows.council.schema import Council
from workflows.invoices import rules
from workflows.invoices.flow import CreditNoteFlow, InvoiceFlow
from workflows.invoices.rules import NOTES, TRANSITIONS, State

D = Decimal


@pytest.mark.parametrize("typed", ["GB 123 4567 82", "123456782", "gb123456782", "GB 123 4567 82 001", "123.4567.82"])
def test_a_vat_registration_number_is_kept_in_one_form(typed: str) -> None:
    assert rules.vat_number(typed).startswith("GB123456782")
    assert rules.vat_number_words(rules.vat_number(typed)).startswith("GB 123 4567 82")


@pytest.mark.parametrize("typed", ["", "12345678", "123456789", "GB12345678X", "FR123456782", "1234567820"])
def test_what_cannot_be_one_is_refused(typed: str) -> None:
    with pytest.raises(ValueError) as refused:
        rules.vat_number(typed)
    assert refused.value.args == (typed,)
    assert bool(rules.faults_of_number(typed)) == bool(typed.strip())


@given(st.integers(0, 9_999_999))
def test_of_each_hundred_that_begin_alike_two_are_numbers(begins: int) -> None:
    """One by each of HMRC's two sums: a number that is mistyped in its last digits is nearly always found out."""
    known = [last for last in range(97) if not rules.faults_of_number(f"{begins:07}{last:02}")]
    assert len(known) == 2


@pytest.mark.parametrize(
    ("vat", "number", "attached", "required", "faults"),
    [
        ("0", "", False, True, set()),
        ("1", "", False, True, {"vat_number", "files"}),
        ("1", "GB123456782", False, True, {"files"}),
        ("1", "GB123456782", False, False, set()),
        ("1", "", True, False, {"vat_number"}),
        ("-1", "GB123456782", True, True, set()),
    ],
)
def test_what_vat_needs(vat: str, number: str, attached: bool, required: bool, faults: set[str]) -> None:
    assert rules.faults_of_vat(D(vat), number, attached=attached, required=required).keys() == faults


@pytest.mark.parametrize(
    ("amount", "left", "fault"),
    [("10", "10", ""), ("10.01", "10", "£10.00 or less"), ("0", "10", "pounds"), ("1.005", "10", "pounds"),
     ("1", "0", "already"), (None, "10", "pounds")],
)  # fmt: skip
def test_a_credit_is_never_more_than_what_is_left(amount: str | None, left: str, fault: str) -> None:
    found = rules.faults_of_credit(D(amount) if amount else None, D(left), "It was too much")
    assert (fault in found["amount"]) if fault else not found
    assert "reason" in rules.faults_of_credit(D(1), D(2), " ")


@given(st.decimals("0.01", "9999", places=2), st.decimals("0", "0.99", places=2))
def test_the_vat_of_all_of_a_line_is_its_own_and_of_a_part_no_more(total: Decimal, share: Decimal) -> None:
    vat = (total * share / 6).quantize(D("0.01"))
    assert rules.vat_within(total, total, vat) == vat
    assert 0 <= rules.vat_within((total * share).quantize(D("0.01")), total, vat) <= vat


def test_every_state_can_be_left_and_what_the_provider_has_is_never_frozen() -> None:
    for flow, table in ((InvoiceFlow, TRANSITIONS), (CreditNoteFlow, NOTES)):
        nodes = {each.next_node for each in table}
        assert nodes - {each.node for each in table} == {"end"}, flow
    assert {each.state for each in TRANSITIONS if each.by == "provider"} == set(rules.WITH_PROVIDER)
    assert all(each.to != State.PAID or each.by == "system" for each in TRANSITIONS)


def test_a_council_with_invoices_can_price_them_and_be_asked() -> None:
    whole = profile.load(FOLDER / "bedford.toml").model_dump()
    for changes, said in (
        ({"payments": None}, "what an invoice claims"),
        ({"invoices": whole["invoices"] | {"support": "line_incorrect"}}, "must be related to"),
        ({"invoices": whole["invoices"] | {"support": "nobody"}}, "not declared"),
    ):
        with pytest.raises(ValueError, match=said):
            Council.model_validate(whole | changes)
    westmere = profile.load(POLICIES / "westmere.toml").invoices
    assert westmere is not None
    assert (westmere.actuals, westmere.vat_document, westmere.states.pending) == ("checked", "optional", "Made")
