"""Reads our own Python: the files of a folder, and what stands in them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .reading import ROOT

OURS = ("backoffice", "launcher", "portal", "tasks", "workflows")
#: The folders of pages: what people see, as opposed to the frame that they stand in.
PAGES = (
    "portal", "backoffice/home", "backoffice/queues", "backoffice/cases", "backoffice/contract_documents",
    "backoffice/actions", "backoffice/change_requests", "backoffice/absences", "backoffice/search",
    "backoffice/disputes", "backoffice/claims", "backoffice/invoices",
    "backoffice/casework", "backoffice/lines", "backoffice/publishing", "backoffice/imports",
    "backoffice/administration", "backoffice/insight", "backoffice/reports",
)  # fmt: skip


def files(*folders: str) -> list[Path]:
    """Every Python file of these folders, migrations left out."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    """`workflows/contracts/rules.py:12`."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def imports(path: Path) -> Iterator[str]:
    """The whole name of each module that a file imports."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ([base] if node.module else [f"{base}.{each.name}" for each in node.names])


def docstrings(path: Path) -> set[ast.Constant]:
    """The constants of a file that only explain."""
    found = set()
    for node in ast.walk(tree(path)):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            found |= {
                each.value for each in body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
            }
    return found


def words(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """Every string and name of a file, docstrings left out."""
    explaining = docstrings(path)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in explaining:
            yield node, node.value
        elif isinstance(node, ast.Name):
            yield node, node.id
        elif isinstance(node, ast.Attribute):
            yield node, node.attr
