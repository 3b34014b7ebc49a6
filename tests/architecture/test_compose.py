"""The installation's files say what the settings ask, and nothing that they do not know."""

import json
import re
import shlex
from typing import Any

import pytest
import yaml

from .reading import ROOT, asked

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "relay", "scheduler")


def variables(name: str) -> dict[str, str]:
    lines = (ROOT / "docker" / name).read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {key: value for key, _, value in pairs}


def dockerfile() -> list[str]:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_every_variable_is_one_that_the_settings_read() -> None:
    assert set(variables("concord.env.example")) <= set(asked())


def test_whatever_must_be_set_is_asked_for() -> None:
    must = {name for name, needed in asked().items() if needed}
    assert must
    assert must <= set(variables("concord.env.example"))


def test_no_secret_is_shipped_with_a_value() -> None:
    given = variables("concord.env.example")
    assert not given["CONCORD_SECRET_KEY"]
    assert not given["CONCORD_EVENT_KEY"]
    assert not variables("database.env.example")["POSTGRES_PASSWORD"]


def test_the_addresses_name_the_services() -> None:
    given = variables("concord.env.example")
    assert "@postgres:5432/concord" in given["DATABASE_URL"]
    assert given["REDIS_URL"] == "redis://valkey:6379/0"
    assert given["CONCORD_CLAMAV_URL"] == "tcp://clamav:3310"
    assert variables("database.env.example")["CONCORD_DATABASE_PASSWORD"] in given["DATABASE_URL"]


def test_what_the_image_sets_is_known_to_the_settings() -> None:
    names = set(re.findall(r"\b(CONCORD_[A-Z_]+|DATABASE_URL)=", "\n".join(dockerfile())))
    assert names <= set(asked())


def test_every_process_of_the_product_is_there_twice_where_it_may_be() -> None:
    assert {"postgres", "valkey", "clamav", *OURS} == set(SERVICES)
    assert SERVICES["web"]["deploy"]["replicas"] == SERVICES["worker"]["deploy"]["replicas"] == 2


def test_the_database_is_postgresql_18_with_the_same_sorting_everywhere() -> None:
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert "--locale-provider=builtin --locale=C.UTF-8" in SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_valkey_keeps_what_it_is_told_and_never_throws_away() -> None:
    words = SERVICES["valkey"]["command"]
    settings = dict(zip(words[1::2], words[2::2], strict=True))
    assert settings["--appendonly"] == "yes"
    assert settings["--maxmemory-policy"] == "noeviction"


@pytest.mark.parametrize("name", [*OURS, "postgres", "valkey", "clamav"])
def test_every_service_is_looked_at_or_ends_by_itself(name: str) -> None:
    check = SERVICES[name].get("healthcheck", {})
    by_image = name == "web" and any(line.startswith("HEALTHCHECK") for line in dockerfile())
    assert check.get("test") or by_image or (name == "migrate" and check["disable"])


@pytest.mark.parametrize("name", OURS)
def test_the_product_starts_when_its_database_is_migrated_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    wanted = {"postgres": "service_healthy"} if name == "migrate" else {"migrate": "service_completed_successfully"}
    assert wanted.items() <= {key: value["condition"] for key, value in service["depends_on"].items()}.items()
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"]
    assert service["env_file"] == "docker/concord.env"


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = dockerfile()
    assert "USER concord" in lines
    assert lines.index("USER concord") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_the_images_health_check_is_a_program_that_can_be_read() -> None:
    line = next(line for line in dockerfile() if line.startswith("HEALTHCHECK"))
    program = json.loads(line[line.index("[") :])
    compile(program[2], "HEALTHCHECK", "exec")
    assert "/healthz" in program[2]


@pytest.mark.parametrize("name", ["worker", "relay", "scheduler"])
def test_procfile_and_compose_start_the_same_programs(name: str) -> None:
    assert shlex.split(procfile()[name]) == SERVICES[name]["command"]


def test_procfile_and_compose_prepare_and_serve_alike() -> None:
    assert procfile()["release"] == SERVICES["migrate"]["command"][-1]
    served = next(line for line in dockerfile() if line.startswith("CMD"))
    words = json.loads(served.removeprefix("CMD "))
    assert [word for word in shlex.split(procfile()["web"]) if "PORT" not in word] == [
        word for word in words if word != "0.0.0.0:8000"
    ]
