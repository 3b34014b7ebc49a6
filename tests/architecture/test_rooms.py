"""The house of the design (architecture §1): the same rooms in every process, and what each may use."""

import ast
import sys
from pathlib import Path

import pytest

from .code import files, imports, place, tree
from .reading import ROOT

WORKFLOWS = ROOT / "workflows"
#: Below the processes: types, tables and engine that all of them stand on.
FOUNDATIONS = {"council", "parties", "engine"}
FOLDERS = sorted(each.parent for each in WORKFLOWS.glob("*/apps.py") if each.parent.name not in FOUNDATIONS)
PROCESSES = [each for each in FOLDERS if (each / "flow.py").exists()]


def name(folder: Path) -> str:
    return folder.name


def test_there_are_processes() -> None:
    assert "contracts" in {each.name for each in PROCESSES}


@pytest.mark.parametrize("folder", PROCESSES, ids=name)
def test_a_process_has_all_its_rooms(folder: Path) -> None:
    for room in ("rules", "models", "flow", "commands", "selectors"):
        assert (folder / f"{room}.py").is_file(), room


@pytest.mark.parametrize("folder", [each for each in FOLDERS if (each / "models.py").exists()], ids=name)
def test_a_folder_with_tables_has_commands_that_write_them(folder: Path) -> None:
    assert (folder / "commands.py").is_file()


#: Rooms of the engine without a table: arithmetic on days, the form of a transition table, faults of typed text.
PURE = {"workflows.engine.calendar", "workflows.engine.table", "workflows.engine.typed", "workflows.people.reach"}


#: Rules that are too many for one file: as pure as any.
MORE_RULES = {
    "workflows.actuals.policy",
    "workflows.actuals.week",
    "workflows.actuals.judging",
    "workflows.actuals.entry",
    "workflows.actuals.assessing",
}
RULES = [*WORKFLOWS.glob("*/**/rules.py"), *(ROOT / f"{each.replace('.', '/')}.py" for each in MORE_RULES)]


@pytest.mark.parametrize("path", sorted(RULES), ids=place)
def test_rules_use_the_standard_library_and_the_councils_types_only(path: Path) -> None:
    for module in imports(path):
        pure = module.split(".")[0] in sys.stdlib_module_names
        ours = module.startswith("workflows.council") or module.endswith(".rules")
        assert pure or ours or module in PURE | MORE_RULES, module


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*/flow.py")), ids=place)
def test_a_flow_declares_and_does_nothing(path: Path) -> None:
    if path.parent.name == "engine":
        return
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]
    assert functions == []
    allowed = ("typing", "collections.abc", "viewflow.this_object", "workflows.engine.flow", "workflows.engine.nodes")
    assert set(imports(path)) <= set(allowed)


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*/selectors.py")), ids=place)
def test_selectors_only_read(path: Path) -> None:
    """Save the one note that somebody looked (`engine.selectors.viewed`)."""
    writing = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    found = [place(path, each) for each in calls if isinstance(each.func, ast.Attribute) and each.func.attr in writing]
    assert found == [] or path.parent.name == "parties", found


def test_whoever_acts_is_named_and_so_is_everything_else() -> None:
    """A command takes words, never places: `reject(actor=…, case_id=…)` cannot be called in the wrong order."""
    found = [
        f"{place(path, node)} {node.name}"
        for path in files("workflows")
        if path.name in {"commands.py", "catalogue.py"}
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("_", "require_"))
        if any(each.arg == "actor" for each in node.args.args)
    ]
    assert found == []
