"""Each value of the councils that are shipped says where it was read: a document's section, or that it is assumed."""

import pytest

from tests.councils import FOLDER, SHIPPED
from workflows.council.locate import HEADER, Path, lines, without_comment

NORFOLK = (FOLDER / "norfolk.toml").read_text(encoding="utf-8")


def without_source(text: str) -> list[str]:
    """The keys for which no comment stands on their own line, on their table's, or right above it.

    An entry of a list is one thing: one comment in it is enough, or one over the list's first entry; and what has a
    `source` says it there.
    """
    rows, found = ["", *text.splitlines()], lines(text)
    headers = {path for path, number in found.items() if HEADER.match(rows[number])}
    told: set[Path] = {("key",)} | {path[:-1] for path in headers if path[-1] == "source"}
    for path, number in found.items():
        own = without_comment(rows[number]) != rows[number]
        above = path in headers and rows[number - 1].startswith("#")
        told |= {path} if own or above else set()
        if own and len(path) > 1 and isinstance(path[-2], int):
            told.add(path[:-1])
        if above and isinstance(path[-1], int):
            told.add(path[:-1])
    keys = [path for path in found if path not in headers and isinstance(path[-1], str)]
    return [".".join(map(str, path)) for path in keys if not any(path[:end] in told for end in range(1, len(path) + 1))
            and "source" not in path]  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_each_value_has_its_source(name: str) -> None:
    assert without_source((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) == []


def test_a_value_without_one_is_found() -> None:
    bare = NORFOLK.replace("lock_after = 3     # §1", "lock_after = 3     §1").replace(
        "[managers] # assumed", "[managers]"
    )
    assert without_source(bare.replace(' §1 "an incorrect password 3 times"', "")) == [
        "sign_in.lock_after",
        "managers.within_target_goal",
    ]
