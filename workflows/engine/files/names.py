"""What a file may be called: letters, figures and a few signs of the sender's own name, and the ending of its type."""

import unicodedata

LONGEST = 100
KEPT = " -_.()"
#: Letters, the marks that belong to them (Welsh, Urdu, Bengali …), and numbers.
PLAIN = {"L", "M", "N"}
#: Windows opens a device instead of a file of this name.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def safe_name(name: str, ending: str) -> str:
    """A name without folders and signs, with the given ending: `C:\\x\\Brief (2).exe` becomes `Brief (2).pdf`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    plain = "".join(letter if unicodedata.category(letter)[0] in PLAIN or letter in KEPT else " " for letter in stem)
    tidy = " ".join(plain.split()).strip(". ")
    tidy = tidy.removesuffix(ending)[:LONGEST].strip(". ")
    if tidy.partition(".")[0].strip().lower() in DEVICES:
        tidy = f"file {tidy}"
    return f"{tidy or 'file'}{ending}"


def shown_name(name: str) -> str:
    """The sender's own name of a file, for a sentence about it: nothing in it turns the sentence round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter if unicodedata.category(letter)[0] not in {"C", "Z"} else " " for letter in last)
    tidy = " ".join(plain.split())
    return tidy if len(tidy) <= 60 else f"{tidy[:40]}…{tidy[-15:]}"
