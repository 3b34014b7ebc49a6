"""Reading CSV as councils' systems and Excel write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.tabular import safe, write_csv
from workflows.register.imports import cutting, parsing
from workflows.register.imports.kinds import KINDS, Column

CLIENTS = "SSRef,Surname,Forename\n2750571,Kent,Karl\n9170468,Land,Lucy\n"


def read(text: str, kind: str | None = None, file_name: str = "") -> list[tuple[dict[str, str | None], list[str]]]:
    """Values and problems of each record."""
    plan = parsing.layout(text, kind, file_name)
    found = cutting.records(text, plan.delimiter, plan.header_ends)
    return [parsing.values(plan, record) for record in found]


KARL = {"ss_ref": "2750571", "surname": "Kent", "forename": "Karl"}


@pytest.mark.parametrize(
    "content",
    [
        CLIENTS.encode(),
        b"\xef\xbb\xbf" + CLIENTS.encode(),
        CLIENTS.encode("utf-16"),
        CLIENTS.replace("\n", "\r\n").encode(),
        CLIENTS.replace("\n", "\r").encode(),
        CLIENTS.replace(",", ";").encode(),
        CLIENTS.replace(",", "\t").encode(),
        b"sep=;\r\n" + CLIENTS.replace(",", ";").encode(),
        b"\r\n\r\n" + CLIENTS.encode(),
        b'"SSRef","Surname","Forename"\n"2750571","Kent","Karl"\n"9170468","Land","Lucy"\n',
        b'SSRef,Surname,Forename\n"2750571,Kent,Karl"\n"9170468,""Land"",Lucy"\n',
        b'SSRef , surname,FORENAME\n ="2750571" , Kent,Karl \n9170468,Land,Lucy,,,\n',
        b"Ref?,Forename,Client Reference,Last Name\nx,Karl,2750571,Kent\ny,Lucy,9170468,Land\n\n,,,\n",
    ],
)
def test_it_reads_the_same_clients_however_they_are_written(content: bytes) -> None:
    rows = read(parsing.decode(content))
    assert [problems for _, problems in rows] == [[], []]
    assert rows[0][0] == KARL
    assert rows[1][0] == {"ss_ref": "9170468", "surname": "Land", "forename": "Lucy"}


def test_it_keeps_leading_zeros_and_letters_of_other_lands() -> None:
    rows = read("SSRef,Surname,Forename\n00030,Ó Súilleabháin,Zoë\n")
    assert rows[0][0] == {"ss_ref": "00030", "surname": "Ó Súilleabháin", "forename": "Zoë"}
    assert "Zoë" in parsing.decode("SSRef,Forename\n1,Zoë".encode("cp1252"))


def test_a_character_that_cannot_be_shown_is_a_problem_of_its_row() -> None:
    [(_, problems)] = read("SSRef,Surname,Forename\n30,Ke\x07nt,Karl\n")
    assert problems == ["Surname: has a character that cannot be shown."]


def test_a_header_says_what_a_file_holds() -> None:
    assert parsing.layout(CLIENTS).kind == "clients"
    assert parsing.layout("ServiceRef,OrganisationRef,Name,ServiceGroup\n").kind == "services"
    assert parsing.layout("OrganisationRef,Name,Town\n").kind == "organisations"
    assert parsing.layout("Service Level,From,To,Amount\n").kind == "rates"
    unused = parsing.layout("SSRef,Surname,Forename,Shoe size,,SSRef\n")
    assert unused.unused == ["Shoe size", "SSRef"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"SSRef,\x00Surname", "not a text file"),
        (b"colour,size\nred,4\n", "fits no kind"),
        (b"SSRef,Surname\n1,Kent\n", "fits no kind"),
    ],
)
def test_it_says_why_a_file_cannot_be_read(content: bytes, words: str) -> None:
    with pytest.raises(cutting.Unreadable, match=words):
        parsing.layout(parsing.decode(content))


def test_it_names_the_columns_that_are_missing() -> None:
    with pytest.raises(cutting.Unreadable, match="no column Surname, Forename"):
        parsing.layout("SSRef\n1\n", "clients")
    with pytest.raises(cutting.Unreadable, match="no kind of file called cats"):
        parsing.layout("SSRef\n1\n", "cats")


def test_a_quotation_mark_that_is_never_closed_spoils_one_row_only() -> None:
    text = 'SSRef,Surname,Forename\n1,Kent,Karl\n2,"Land,Lucy\n' + "3,Nunn,Nellie\n" * 60
    rows = read(text)
    assert len(rows) == 62
    assert rows[1][1] == ["A quotation mark is opened here and never closed."]
    assert [problems for _, problems in rows[2:]] == [[]] * 60


def test_a_cell_may_hold_a_line_end_and_rows_keep_their_place_in_the_file() -> None:
    text = 'ContractRef,OrganisationRef,Title,Text\nC1,O1,One,"first\nsecond"\nC2,O1,Two,\n'
    plan = parsing.layout(text)
    records = list(cutting.records(text, plan.delimiter, plan.header_ends))
    assert [record.number for record in records] == [2, 4]
    assert parsing.values(plan, records[0])[0]["text"] == "first\nsecond"


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    assert read("SSRef,Surname,Forename\n1,Kent,Karl,x\n")[0][1] == ["The row has 4 cells, the header row 3."]


def test_each_cell_that_is_wrong_is_named() -> None:
    _, problems = read(
        "CarePackageRef,SSRef,Service,Contract,ServiceLevel,Quantity,StartDate,EndDate,Temporary,UnitCost\n"
        "AP1,,S,C,L,0,31/02/2018,soon,perhaps,-3\n"
    )[0]
    assert [problem.partition(":")[0] for problem in problems] == [
        "SSRef is empty.",
        "Quantity",
        "StartDate",
        "EndDate",
        "Temporary",
        "UnitCost",
    ]


DATE = Column("start", "From", "date")
AMOUNT = Column("amount", "Amount", "amount")
QUANTITY = Column("quantity", "Quantity", "quantity")
YES = Column("temporary", "Temporary", "yes")
TEXT = Column("name", "Name", most=5)


@pytest.mark.parametrize(
    "text", ["09/04/2018", "9/4/2018", "2018-04-09", "20180409", "09-04-2018", "09.04.2018", "09/04/18",
             "2018-04-09 00:00:00", "2018-04-09T00:00"],
)  # fmt: skip
def test_it_reads_dates_as_people_and_systems_write_them(text: str) -> None:
    assert parsing.value(DATE, text) == "2018-04-09"


@pytest.mark.parametrize("text", ["31/02/2018", "2018-13-01", "43199", "tomorrow", "09/04/1018", "2018-04-09 14:30"])
def test_it_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"From: .*(not a date|not between)"):
        parsing.value(DATE, text)


@pytest.mark.parametrize(
    ("text", "comma", "amount"),
    [
        ("£1,986.44", False, "1986.44"),
        (" 536.49 ", False, "536.49"),
        ("0", False, "0"),
        ("536,49", True, "536.49"),
        ("1.986,44", True, "1986.44"),
        ("£ 85", False, "85"),
    ],
)
def test_it_reads_amounts(text: str, comma: bool, amount: str) -> None:
    assert parsing.value(AMOUNT, text, comma=comma) == amount


@pytest.mark.parametrize("text", ["536,49", "1e5", "NaN", "Infinity", "-1", "1.234", "٣", "12,34.5", "999999999999"])
def test_it_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="Amount: "):
        parsing.value(AMOUNT, text)


def test_it_reads_yes_and_no_and_refuses_perhaps() -> None:
    assert [parsing.value(YES, word) for word in ("Yes", "x", "TRUE", "no", "0")] == ["true"] * 3 + ["false"] * 2
    assert parsing.value(YES, "") is None
    with pytest.raises(ValueError, match="neither yes nor no"):
        parsing.value(YES, "perhaps")
    with pytest.raises(ValueError, match="at most"):
        parsing.value(TEXT, "longer")
    with pytest.raises(ValueError, match="more than 0"):
        parsing.value(QUANTITY, "0")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    """Whatever comes, the answer is rows or one sentence."""
    try:
        rows = read(parsing.decode(b"SSRef,Surname,Forename\n" + content), "clients")
    except cutting.Unreadable:
        return
    assert all(problems or set(values) == {"ss_ref", "surname", "forename"} for values, problems in rows)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8), min_size=3, max_size=3)
)
def test_what_is_written_for_a_spreadsheet_reads_back(cells: list[str]) -> None:
    text = write_csv([["SSRef", "Surname", "Forename"], cells])
    rows = read(parsing.decode(text.encode()))
    wanted = [" ".join(cell.split(" ")).strip().strip("\u00a0").strip() for cell in cells]
    if all(wanted) and not any(each.startswith(("'", '="')) for each in wanted):
        assert list(rows[0][0].values()) == wanted


@pytest.mark.parametrize(
    ("cell", "text"),
    [("=1+1", "'=1+1"), ("+44 1603", "'+44 1603"), ("@SUM", "'@SUM"), ("-1+2", "'-1+2"), ("-159.52", "-159.52"),
     ("Kent", "Kent"), (None, ""), (5, "5")],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(cell: object, text: str) -> None:
    assert safe(cell) == text


def test_every_kind_has_its_key_and_its_references_among_its_columns() -> None:
    for kind in KINDS.values():
        names = [column.name for column in kind.columns]
        assert len(set(names)) == len(names)
        assert set(kind.key) <= set(names)
        assert set(kind.words) <= set(names)
        assert {column.refers for column in kind.columns if column.refers} <= set(KINDS)


def test_quotation_marks_in_the_middle_of_cells_are_a_problem_of_that_record() -> None:
    first, second = cutting.records('a"b\nc"d,e\nf,g', ",")
    assert first.problem == "The quotation marks of this row do not fit together."
    assert second.cells == ("f", "g")
