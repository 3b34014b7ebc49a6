"""docs/import-files.md says what the code reads."""

from django.conf import settings

from workflows.register.imports.kinds import KINDS


def test_every_kind_and_column_is_documented() -> None:
    rows = (settings.ROOT / "docs" / "import-files.md").read_text(encoding="utf-8").splitlines()
    for kind in KINDS.values():
        row = next(row for row in rows if row.startswith(f"| {kind.name} |"))
        known = row + (
            next(row for row in rows if row.startswith("| organisations |")) if "as organisations" in row else ""
        )
        assert [column.header for column in kind.columns if column.header not in known] == []
