"""A sample of finance's files against the council's mapping; the public examples of fixtures/payment-files/."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.councils import served
from tests.payments import policy
from workflows.council.payment_files import PaymentFile, ReturnFile
from workflows.payments import sampling

FILES = settings.ROOT / "fixtures" / "payment-files"
SHAPES = ("norfolk", "suffolk", "gloucestershire")


def mapping(council: str) -> tuple[PaymentFile, ReturnFile]:
    payments = policy(council)
    assert payments.file is not None
    assert payments.return_file is not None
    return payments.file, payments.return_file


def sample(council: str, kind: str) -> str:
    return (FILES / f"{council}-{kind}.csv").read_bytes().decode()


def wrong_payment(council: str, text: str) -> list[str]:
    return [f"{each.line}: {each.text}" for each in sampling.payment_file(text.encode(), mapping(council)[0])]


def wrong_return(council: str, text: str) -> list[str]:
    return [f"{each.line}: {each.text}" for each in sampling.return_file(text.encode(), mapping(council)[1])[1]]


@pytest.mark.parametrize("council", SHAPES)
def test_every_public_example_fits_its_mapping_and_no_other(council: str) -> None:
    assert wrong_payment(council, sample(council, "payment")) == []
    assert wrong_return(council, sample(council, "return")) == []
    for other in set(SHAPES) - {council}:
        assert wrong_payment(other, sample(council, "payment"))
        assert wrong_return(other, sample(council, "return"))


@pytest.mark.parametrize(
    ("council", "old", "new", "said"),
    [
        ("norfolk", "SupplierNo,SupplierName", "SupplierName,SupplierNo", "1: The columns stand in another order"),
        ("norfolk", "PaymentRef", "Payment", "1: There is no column PaymentRef"),
        ("norfolk", "1986.44,0.00,1986.44,23/04/2018,1,1001", "1986.4,0.00,1986.44,,1,1001", "2: Net: “1986.4”"),
        ("norfolk", "0.00,1986.44,23/04/2018,1,1002", "0.01,1986.44,23/04/2018,1,1002", "3: 1986.44 and 0.01"),
        ("norfolk", "23/04/2018,1,1003", "2018-04-23,1,1003", "4: PayOn: “2018-04-23” is not a day"),
        ("norfolk", "1004,NCC", "1004,XCC", "5: Body: “XCC” is not “NCC”"),
        ("norfolk", ",1005,NCC", ",1005", "6: It has 14 cells, the headings are 15"),
        ("norfolk", "CONTROL,5", "CONTROL,6", "7: It counts 6, the file has 5 rows"),
        ("norfolk", "9932.20\r\n", "9932.21\r\n", "7: Its total is 9932.21, the rows come to 9932.20"),
        ("norfolk", "CONTROL,5,9932.20,0.00,9932.20\r\n", "", "0: The last row must be CONTROL"),
        ("norfolk", "ORG-0001", " ", "2: SupplierNo: It is empty"),
        ("norfolk", ",23/04/2018,1,", ",23/04/2018,one,", "2: Run: “one” is not a number"),
        ("suffolk", "|", ",", "The headings are one cell"),
        ("suffolk", "CONTROL|2|1405.05", "CONTROL|2|1405.06", "1: Its net is 1405.06"),
        ("gloucestershire", "441000", "999999", "2: GL_ACCOUNT: “999999” is none of the list accounts"),
        ("gloucestershire", ";V0;", ";V9;", "2: TAX_CODE: “V9” is none of the VAT codes: V0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_payment_file_is_said_at_its_line(council: str, old: str, new: str, said: str) -> None:
    text = sample(council, "payment")
    assert old in text
    assert any(said in each for each in wrong_payment(council, text.replace(old, new))), said


@pytest.mark.parametrize(
    ("council", "old", "new", "said"),
    [
        ("norfolk", "BacsRef", "Bacs", "1: There is no column BacsRef"),
        ("norfolk", "PAY-2018-000001,9932.20", "PAY-2018-000001,9932.2O", "is not an amount in pounds and pence"),
        ("norfolk", "CONTROL,1,9932.20", "CONTROL,1,9932.00", "3: Its total is 9932.00, the rows come to 9932.20"),
        ("norfolk", "CONTROL,1", "CONTROL,2", "3: It counts 2, the file has 1 rows"),
        ("suffolk", "CONTROL|2|1405.05\r\n", "", "The last row must be CONTROL"),
        ("gloucestershire", "20260421;PAY", "21/04/2026;PAY", "is not a date"),
    ],
)
def test_what_does_not_fit_a_return_file_is_said_at_its_line(council: str, old: str, new: str, said: str) -> None:
    text = sample(council, "return")
    assert old in text
    assert any(said in each for each in wrong_return(council, text.replace(old, new))), said


def test_no_example_names_a_client() -> None:
    for path in FILES.glob("*.csv"):
        assert not any(name in path.read_text(encoding="utf-8") for name in ("Kent", "Land", "Mitchell")), path


def test_the_command_says_it_and_ends_with_a_fault(tmp_path: Path) -> None:
    out = StringIO()
    with served("norfolk"):
        files = {"payment_file": FILES / "norfolk-payment.csv", "return_file": FILES / "norfolk-return.csv"}
        call_command("check_payment_files", stdout=out, **files)
        assert "norfolk-payment.csv fits [payments.file]." in out.getvalue()
        assert "1 rows that come to 9932.20 were read." in out.getvalue()
        spoilt = tmp_path / "ours.csv"
        spoilt.write_text(sample("norfolk", "return").replace("CONTROL,1", "CONTROL,7"), encoding="utf-8")
        with pytest.raises(CommandError, match=r"1 fault\(s\)"):
            call_command("check_payment_files", stdout=out, return_file=spoilt)
        assert "ours.csv, line 3: It counts 7" in out.getvalue()
        with pytest.raises(CommandError, match="Name a sample"):
            call_command("check_payment_files", stdout=out)
    with served("bradford"), pytest.raises(CommandError, match="no scheduled payments"):
        call_command("check_payment_files", stdout=out, payment_file=spoilt)
