"""Which files are taken, what they are called afterwards, and what people are told of a nasty one."""

from typing import Any

import pytest

from tests import files as make
from tests.councils import another_council, usual_council
from tests.files import PDF, PDF_HEAD, docx, jpeg, odt, packed, png, upload, xlsx
from workflows.council import profile
from workflows.engine.errors import Refused
from workflows.engine.files import listed
from workflows.engine.files.checking import KINDS, MEGABYTE, checked
from workflows.engine.files.names import safe_name, shown_name


@pytest.fixture
def council(monkeypatch: pytest.MonkeyPatch) -> Any:
    yield lambda changes: another_council(monkeypatch, {"files": changes})
    usual_council()


GOOD = {
    "pdf": PDF,
    "png": png(),
    "jpeg": jpeg(),
    "docx": docx(),
    "xlsx": xlsx(),
    "odt": odt(),
    "ods": odt("spreadsheet"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_it_takes_each_kind_by_what_is_in_it_whatever_it_is_called(kind: str) -> None:
    taken = checked(upload("a.exe", GOOD[kind]))
    assert (taken.name, taken.content_type, taken.content) == (
        f"a{KINDS[kind].ending}",
        KINDS[kind].content_type,
        GOOD[kind],
    )


@pytest.mark.parametrize(
    ("name", "content"), [("a.txt", "Nellie said café".encode()), ("a.CSV", b"a,b\r\n1,\xa32\r\n")]
)
def test_it_takes_plain_text_that_is_called_so(name: str, content: bytes) -> None:
    assert checked(upload(name, content)).content_type.endswith("charset=utf-8")


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
#: Name, content, and what the person reads.
NASTY = {
    "a web page called PDF": ("bill.pdf", b"<html><script>alert(1)</script></html>", "what is in it is something else"),
    "a web page called text": ("bill.txt", b"<html><body>hello</body></html>", "Send it as a plain PDF"),
    "a program": ("a.pdf.exe", b"MZ\x90\x00" + b"\0" * 200, "Choose a PDF, PNG, JPEG, Word (.docx)"),
    "a script": ("run.bat", b"@echo off\r\ndel *.*\r\n", "what is in it is something else"),
    "a picture with a script": ("logo.svg", b'<svg xmlns="x"><script>alert(1)</script></svg>', "is something else"),
    "a GIF that is a script": ("a.gif", b"GIF89a/*\x01\x00*/=1;alert(1)//", "is something else"),
    "a PDF that is a page": ("a.pdf", PDF_HEAD + b"<html><script>alert(1)</script>" + PDF, "parts of a web page"),
    "a page that is a PDF": ("a.pdf", b"<html><!--" + PDF + b"--></html>", "is something else"),
    "a PNG that is a page": ("a.png", png() + b"<script>alert(1)</script>", "parts of a web page"),
    "nothing": ("a.pdf", b"", "is empty. Choose another one."),
    "an archive": ("all.zip", packed({"a.txt": b"a"}), "Take the files out of it and choose them one by one."),
    "an archive called docx": ("a.docx", packed({"a.txt": b"a"}), "is an archive"),
    "an archive that leaves its folder": ("a.docx", docx({"../../x": b"a"}), "is damaged"),
    "a locked archive": ("a.zip", make.locked(packed({"a.txt": b"a"})), "Save a copy without a password"),
    "a locked document": ("a.docx", make.locked(docx()), "Save a copy without a password"),
    "an old or locked Word document": ("a.doc", OLD_OFFICE, "Save a copy as .docx"),
    "macros": ("a.docm", docx({"word/vbaProject.bin": b"x"}), "Save it without macros"),
    "macros called docx": ("a.docx", docx(types=b'<Types ContentType="x.macroEnabled.main+xml"/>'), "holds macros"),
    "old macros": ("a.xlsx", xlsx({"xl/macrosheets/sheet1.xml": b"x"}), "holds macros"),
    "half a document": ("a.docx", docx()[:-30], "is damaged"),
    "a part that says less than it is": (
        "a.docx",
        make.understated(docx({"word/media/x": b"\0" * 1_234_567})),
        "is damaged",
    ),
    "20,000 x 20,000 dots": ("a.png", png(20_000, 20_000), "is a picture of 20,000 by 20,000 dots"),
    "a JPEG of 20,000 x 20,000": ("a.jpg", jpeg(20_000, 20_000), "is a picture of 20,000 by 20,000 dots"),
    "half a picture": ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 30, "is damaged"),
    "control signs": ("a.txt", b"hello\0world", "is something else"),
}  # fmt: skip


@pytest.mark.parametrize("what", NASTY)
def test_a_nasty_file_is_refused_with_its_name_and_what_to_do(what: str) -> None:
    name, content, said = NASTY[what]
    with pytest.raises(Refused) as refused:
        checked(upload(name, content))
    assert refused.value.reason.startswith(f"“{name}” ")
    assert said in refused.value.reason


@pytest.mark.parametrize("maker", [packed, docx, xlsx])
def test_a_small_package_that_becomes_huge_is_refused_before_it_is_unpacked(maker: Any) -> None:
    content = make.bomb(maker)
    assert len(content) < MEGABYTE
    with pytest.raises(Refused, match="becomes larger than 100 MB"):
        checked(upload("a.docx", content))


def test_it_asks_the_size_before_it_reads() -> None:
    sent = upload("a.pdf", PDF)
    sent.size = 50 * MEGABYTE
    with pytest.raises(Refused, match=r"“a.pdf” is 50\.0 MB\. Choose one of 10 MB or less"):
        checked(sent)
    assert sent.tell() == 0


def test_a_form_may_take_less_than_the_profile() -> None:
    with pytest.raises(Refused, match="Choose a PDF or PNG file"):
        checked(upload("a.docx", docx()), kinds=("pdf", "png"))


def test_another_council_takes_other_files(council: Any) -> None:
    council({"kinds": ("pdf", "txt"), "largest_mb": 1, "megapixels": 1, "unpacked_mb": 1})
    assert listed() == "PDF or plain text (.txt)"
    with pytest.raises(Refused, match="Choose a PDF or plain text"):
        checked(upload("a.docx", docx()))
    with pytest.raises(Refused, match="Choose one of 1 MB or less"):
        checked(upload("a.pdf", PDF + b"\0" * MEGABYTE))


def test_another_council_opens_less(council: Any) -> None:
    council({"megapixels": 1, "unpacked_mb": 1})
    with pytest.raises(Refused, match="2,000 by 2,000 dots"):
        checked(upload("a.png", png(2_000, 2_000)))
    with pytest.raises(Refused, match="larger than 1 MB"):
        checked(upload("a.docx", docx({"word/media/x": b"\0" * 2 * MEGABYTE})))


def test_every_kind_of_the_schema_is_known() -> None:
    assert set(profile.current().files.kinds) <= set(KINDS)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Brief (2).PDF", "Brief (2).pdf"),
        ("a.pdf.exe", "a.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("../../x", "x.pdf"),
        ("C:\\Users\\x\\Vertrag ä.pdf", "Vertrag ä.pdf"),
        ("নথি.pdf", "নথি.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a b Set-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("CON.pdf", "file CON.pdf"),
        (".pdf", "pdf.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("=cmd|' C calc'!A0.pdf", "cmd C calc A0.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, ".pdf") == safe


def test_a_name_in_a_sentence_neither_turns_it_round_nor_fills_the_page() -> None:
    assert shown_name("in\u202evoice\r\n.exe") == "in voice .exe"
    assert len(shown_name("x" * 300 + ".docx")) < 60
