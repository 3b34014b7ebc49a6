"""Services are started in order, started again when they die, and all ended: they and nothing else."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import demo, processes, runs
from launcher.home import TREE, Home
from launcher.say import Trouble
from launcher.services import Service, shorten
from launcher.supervisor import Ended, Supervisor

from .conftest import Starter, until

# Other tests may have left threads; the launcher itself has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

STEADY = "import signal, sys; open(sys.argv[1], 'a').write('up\\n'); signal.pause()"
LAST_WORDS = """
import signal, sys
def end(*_):
    open(sys.argv[1], "a").write(sys.argv[2] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[1] + "." + sys.argv[2], "w").close()
signal.pause()
"""
A_WHOLE_RUN = """
import sys
from pathlib import Path
from launcher.services import Service
from launcher.supervisor import Ended, Supervisor
folder = Path(sys.argv[1])
sleeper = [sys.executable, "-c", "import signal; signal.pause()"]
with Supervisor(folder / "run.json") as watcher:
    watcher.start(Service("one", sleeper, folder / "logs" / "one.log", folder))
    watcher.start(Service("two", sleeper, folder / "logs" / "two.log", folder))
    print("up", flush=True)
    try:
        watcher.watch()
    except Ended as end:
        print(end, flush=True)
"""


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "run.json", {"verb": "test"}) as supervisor:
        yield supervisor


def service(folder: Path, name: str, code: str, *words: str, **more: object) -> Service:
    argv = [sys.executable, "-c", code, *words]
    return Service(name, argv, folder / "logs" / f"{name}.log", folder, **more)  # type: ignore[arg-type]


def turns(watcher: Supervisor, true: object) -> None:
    """Let the supervisor do its rounds until `true()` holds."""
    until(lambda: (watcher._tend(), watcher._pause(0.01), true())[2])  # type: ignore[operator, func-returns-value]


def test_a_service_that_dies_is_started_again(tmp_path: Path, watcher: Supervisor) -> None:
    marks = tmp_path / "marks"
    # A file that is there may still be empty: killed between the two, the first would leave no mark.
    ready = {"ready": lambda _: marks.exists() and marks.read_text().startswith("up\n")}
    watcher.start(service(tmp_path, "web", STEADY, str(marks), **ready))
    first = watcher.running[0].process.pid
    os.kill(first, signal.SIGKILL)
    turns(watcher, lambda: marks.read_text().count("up") == 2)
    assert watcher.running[0].process.pid != first


def test_the_pause_grows_while_a_service_keeps_dying(tmp_path: Path, watcher: Supervisor) -> None:
    watcher.start(service(tmp_path, "web", "raise SystemExit(3)"))
    pauses = []
    for _ in range(3):
        turns(watcher, lambda: watcher.running[0].again_at is not None)
        pauses.append(watcher.running[0].pause)
        watcher.running[0].again_at = 0
        watcher._tend()
    assert pauses == [0.2, 0.4, 0.8]


def test_a_service_that_does_not_come_up_is_told_with_the_end_of_its_log(tmp_path: Path, watcher: Supervisor) -> None:
    broken = service(tmp_path, "web", "print('no such table'); raise SystemExit(3)", ready=lambda _: False)
    with pytest.raises(Trouble) as caught:
        watcher.start(broken)
    assert "ended with exit code 3" in str(caught.value)
    assert "no such table" in str(caught.value)


UP_THE_SECOND_TIME = """
import pathlib, signal, sys
tries = pathlib.Path(sys.argv[1])
first = not tries.exists()
with tries.open("a") as file:
    file.write("x")
if first:
    sys.exit(1)
signal.pause()
"""


def test_a_service_that_may_try_again_does(tmp_path: Path, watcher: Supervisor) -> None:
    tries = tmp_path / "tries"

    def ready(_: int) -> bool:
        return tries.exists() and tries.read_text() == "xx"

    watcher.start(service(tmp_path, "postgres", UP_THE_SECOND_TIME, str(tries), tries=2, ready=ready))
    assert [running.service.name for running in watcher.running] == ["postgres"]


def test_a_service_that_is_never_ready_is_given_up(tmp_path: Path, watcher: Supervisor) -> None:
    slow = service(tmp_path, "web", STEADY, str(tmp_path / "m"), ready=lambda _: False, ready_within=0.05)
    with pytest.raises(Trouble, match="did not become ready"):
        watcher.start(slow)


def test_the_last_one_started_is_ended_first(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    with Supervisor(tmp_path / "run.json") as watcher:
        for name in ("postgres", "web", "worker"):
            up = Path(f"{marks}.{name}")
            ready = {"ready": lambda _, up=up: up.exists()}
            watcher.start(service(tmp_path, name, LAST_WORDS, str(marks), name, **ready))
    assert marks.read_text().split() == ["worker", "web", "postgres"]


def test_what_a_service_started_ends_with_it(tmp_path: Path) -> None:
    code = """
import subprocess, sys, signal
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open(sys.argv[1], "w").write(str(child.pid))
signal.pause()
"""
    note = tmp_path / "child"
    with Supervisor(tmp_path / "run.json") as watcher:
        watcher.start(service(tmp_path, "web", code, str(note), ready=lambda _: note.exists() and note.read_text()))
        child = processes.known(int(note.read_text()))
        assert child.alive
    until(lambda: not child.alive)


def test_a_process_that_is_not_ours_is_left_alone(tmp_path: Path, python: Starter) -> None:
    stranger = python()
    with Supervisor(tmp_path / "run.json") as watcher:
        watcher.start(service(tmp_path, "web", STEADY, str(tmp_path / "m")))
    assert stranger.poll() is None


def test_a_command_in_the_foreground_gives_its_exit_code(tmp_path: Path, watcher: Supervisor) -> None:
    assert watcher.run([sys.executable, "-c", "raise SystemExit(7)"], env=dict(os.environ), cwd=tmp_path) == 7


def test_a_request_to_end_reaches_the_command_in_the_foreground(tmp_path: Path, watcher: Supervisor) -> None:
    code = f"import os, signal; os.kill({os.getpid()}, signal.SIGTERM); signal.pause()"
    with pytest.raises(Ended, match="SIGTERM"):
        watcher.run([sys.executable, "-c", code], env=dict(os.environ), cwd=tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_ending_it_ends_all_that_it_started(
    tmp_path: Path, python: Starter, number: signal.Signals
) -> None:
    run, ours = a_whole_run(tmp_path, python)
    run.send_signal(number)
    assert run.stdout is not None
    assert run.stdout.read() == f"{number.name}\n"
    assert not any(process.alive for process in ours)
    assert not (tmp_path / "run.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start cleans up")
def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path, python: Starter) -> None:
    run, ours = a_whole_run(tmp_path, python)
    run.kill()
    until(lambda: not any(process.alive for process in ours))


def a_whole_run(folder: Path, python: Starter) -> tuple[subprocess.Popen[str], list[processes.Known]]:
    """Start a supervisor with two services in a process of its own."""
    run = python(A_WHOLE_RUN, str(folder))
    assert run.stdout is not None
    assert run.stdout.readline() == "up\n"
    data = json.loads((folder / "run.json").read_text())
    ours = [processes.Known(pid, since) for pid, since, _ in data["processes"].values()]
    assert len(ours) == 2
    assert all(process.alive for process in ours)
    return run, ours


def test_the_next_run_ends_what_a_killed_one_left_and_nobody_else(
    tmp_path: Path, python: Starter, capsys: pytest.CaptureFixture[str]
) -> None:
    left, stranger = python(), python()
    since = processes.started(left.pid)
    found = {"web": [left.pid, since, 15], "relay": [stranger.pid, "an earlier start", 15]}
    (tmp_path / "run.json").write_text(json.dumps({"owner": [1, "x"], "processes": found}))
    lock = runs.own(Home(tmp_path))
    assert lock is not None
    assert left.wait() == -signal.SIGTERM
    assert stranger.poll() is None
    assert "web" in capsys.readouterr().err
    assert runs.own(Home(tmp_path)) is None
    lock.free()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"processes": {"web": [1]}}', '{"processes": 3}'])
def test_half_a_record_of_an_earlier_run_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert runs.about(Home(tmp_path)) == {}
    with runs.own(Home(tmp_path)):  # type: ignore[union-attr]
        assert not (tmp_path / "run.json").exists()


def test_a_run_says_who_it_is_and_a_dead_one_is_not_believed(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "run.json", {"verb": "demo"}) as watcher:
        watcher.tell(address="http://127.0.0.1:8000")
        assert runs.about(Home(tmp_path))["address"] == "http://127.0.0.1:8000"
    (tmp_path / "run.json").write_text(
        json.dumps({"verb": "demo", "owner": [os.getpid(), "long ago"], "processes": {}})
    )
    assert runs.about(Home(tmp_path)) == {}


def test_a_command_beside_a_demo_keeps_the_servers_until_it_is_done(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Supervisor(runs.record(home), {"verb": "manage"}) as watcher:
        watcher.tell(servers=True)
        beside = runs.attach(home)
        assert not runs.users(home).take()
        beside.free()
        runs.let_others_finish(home)


def test_a_second_demo_says_where_the_first_one_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path)
    with runs.own(home), Supervisor(runs.record(home), {"verb": "demo", "council": "norfolk"}) as watcher:  # type: ignore[union-attr]
        watcher.tell(address="http://127.0.0.1:8123")
        assert runs.own_in_turn(home) is None
        assert demo.already_running(home) == 0
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8123" in told
    assert f"kill {os.getpid()}" in told


def test_two_runs_of_the_tests_get_a_folder_each(tmp_path: Path) -> None:
    one, first = runs.slot(Home(tmp_path))
    two, second = runs.slot(Home(tmp_path))
    assert one.root != two.root
    first.free()
    again, third = runs.slot(Home(tmp_path))
    assert again.root == one.root
    second.free()
    third.free()


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.services.LONGEST_LOG", 3)
    log = tmp_path / "web.log"
    log.write_text("long enough")
    shorten(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text() == "long enough"


def test_the_tree_is_where_the_launcher_is() -> None:
    assert (TREE / "concord").is_file()
