"""Reads what the product's settings ask of the environment, out of their source."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READERS = {"text", "flag", "number", "database", "smtp", "clamav"}


def asked() -> dict[str, bool]:
    """Return each environment variable of `backoffice/settings.py`, and whether it must be set."""
    found = {"DATABASE_URL": True, "CONCORD_SMTP_URL": False}
    for call in ast.walk(ast.parse((ROOT / "backoffice" / "settings.py").read_text())):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in READERS
            and call.args
        ):
            name, *default = call.args
            if isinstance(name, ast.Constant):
                found[str(name.value)] = call.func.attr == "text" and not default
    return found


def read_in(folder: Path) -> set[str]:
    """Return the variables of ours that the Python of `folder` names as a whole string."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_ours(node.value):
                names.add(node.value)
    return names


def is_ours(text: str) -> bool:
    """Return whether `text` is the name of one of our variables."""
    return text in {"DATABASE_URL", "REDIS_URL", "CI"} or (text.startswith("CONCORD_") and text.isupper())
