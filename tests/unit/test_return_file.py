"""What is wrong with a return file, line by line: as pure functions, without a database."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from workflows.council.payment_files import ReturnFile
from workflows.payments.returning import Reading, Row, judge, read

D = Decimal
HOW = ReturnFile(payment="PaymentRef", amount="Amount", paid_on="PaidOn", reference="BacsRef", control=True)
HEAD = "PaymentRef,Amount,PaidOn,BacsRef\n"
GOOD = "PAY-1,9932.20,23/04/2018,BACS 1\n"


def reading(rows: str, control: str = "CONTROL,1,9932.20\n", how: ReturnFile = HOW, head: str = HEAD) -> Reading:
    """What a file says of a run of one payment of £9,932.20."""
    found = read(f"{head}{rows}{control}".encode(), how)
    known: Any = {
        "PAY-1": SimpleNamespace(payable=D("9932.20"), paid_at=None, paid_reference=""),
        "PAY-2": SimpleNamespace(payable=D("5.00"), paid_at=date(2018, 4, 23), paid_reference="BACS 0"),
    }
    judge(found, known, 7)
    return found


def test_a_good_file_is_read() -> None:
    found = reading(GOOD)
    assert found.faults == []
    assert found.rows == [Row(2, "PAY-1", D("9932.20"), date(2018, 4, 23), "BACS 1")]


@pytest.mark.parametrize("amount", ["9932.20", '"9,932.20"', "£9932.2", '"£9,932.20"'])
def test_amounts_are_read_as_finance_systems_write_them(amount: str) -> None:
    assert reading(f"PAY-1,{amount},23/04/2018,B\n").faults == []


def test_a_payment_may_come_in_parts_of_one_transfer() -> None:
    parts = "PAY-1,9000.00,23/04/2018,B\nPAY-1,932.20,23/04/2018,B\n"
    assert reading(parts, "CONTROL,2,9932.20\n").faults == []


@pytest.mark.parametrize(
    ("rows", "control", "line", "says"),
    [
        ("PAY-9,9932.20,23/04/2018,B\n", "CONTROL,1,9932.20\n", 2, "PAY-9 is not a payment of run 7"),
        ("PAY-1,9932.21,23/04/2018,B\n", "CONTROL,1,9932.21\n", 2, "was finalised at £9,932.20, and the file says"),
        (GOOD + "PAY-2,5.00,23/04/2018,B\n", "CONTROL,2,9937.20\n", 3, "marked as paid already, BACS 0"),
        (GOOD, "CONTROL,2,9932.20\n", 3, "It counts 2, the file has 1 rows"),
        (GOOD, "CONTROL,1,9932.00\n", 3, "the rows come to 9932.20"),
        (GOOD, "", 2, "The last row must be CONTROL"),
        ("PAY-1,lots,23/04/2018,B\n", "CONTROL,0,0\n", 2, "“lots” is not an amount"),
        ("PAY-1,1E5,23/04/2018,B\n", "CONTROL,0,0\n", 2, "is not an amount"),
        ("PAY-1,-9932.20,23/04/2018,B\n", "CONTROL,0,0\n", 2, "is not an amount"),
        ("PAY-1,9932.20,2018-04-23,B\n", "CONTROL,0,0\n", 2, "“2018-04-23” is not a date"),
        ("PAY-1,9932.20,23/04/2018,\n", "CONTROL,0,0\n", 2, "no reference of a transfer"),
        (f"PAY-1,9932.20,23/04/2018,{'B' * 61}\n", "CONTROL,0,0\n", 2, "longer than 60"),
        (",9932.20,23/04/2018,B\n", "CONTROL,0,0\n", 2, "It names no payment"),
        ("", "CONTROL,0,0\n", 0, "The file names no payment"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(rows: str, control: str, line: int, says: str) -> None:
    found = reading(rows, control)
    assert any(each.line == line and says in each.text for each in found.faults), found.faults


def test_several_transfers_of_one_payment_are_refused() -> None:
    parts = "PAY-1,9000.00,23/04/2018,B\nPAY-1,932.20,24/04/2018,B\n"
    assert "several days" in reading(parts, "CONTROL,2,9932.20\n").faults[0].text


def test_a_file_without_a_column_of_the_mapping_is_refused() -> None:
    assert "There is no column BacsRef" in reading(GOOD, head="PaymentRef,Amount,PaidOn,Other\n").faults[0].text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a\x00b"])
def test_what_is_no_csv_is_refused(content: bytes) -> None:
    assert read(content, HOW).faults[0].line == 0


def test_another_council_writes_it_otherwise() -> None:
    """Separator, dates and headings are the mapping's, and there need be no control totals."""
    how = ReturnFile(payment="Ref", amount="Paid", paid_on="Day", reference="Transfer", separator=";", dates="%Y%m%d")
    found = read(b"Transfer;Day;Paid;Ref\r\nB1;20180423;5.00;PAY-2\r\n", how)
    assert (found.faults, found.rows) == ([], [Row(2, "PAY-2", D("5.00"), date(2018, 4, 23), "B1")])
