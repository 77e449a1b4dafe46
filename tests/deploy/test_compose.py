"""The compose file and the image, as far as they can be checked where no container runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import prefect.settings
import pytest
import yaml
from typer.main import get_command

from blocks.inputs import InputsSettings
from deployments.bootstrap import BootstrapSettings
from flows.cli import app
from flows.means.results import RESULTS_BLOCK
from flows.server.settings import SERVER_SETTINGS, WORKER_SETTINGS
from longtake.settings import Settings
from tests.command_line import ROOT
from tests.conftest import component

FOLDER = ROOT / "deployments"
PORTS = {"server": 4200, "door": 4280}
NOT_OURS = {"LONGTAKE_LISTEN"}
"""Read by the compose file alone."""


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return found


def beside_python(program: str) -> str:
    """Where pip puts a program."""
    return str(Path(sys.executable).with_name(program))


def example() -> dict[str, str]:
    lines = (FOLDER / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environments(composed: dict[str, Any]) -> dict[str, str]:
    """Every variable that any service or the example names."""
    found = example()
    for service in composed["services"].values():
        found |= service.get("environment", {})
    return found


def test_the_server_has_the_settings_that_longtake_up_has(composed: dict[str, Any]) -> None:
    server = composed["services"]["server"]["environment"]
    assert {name: server[name] for name in SERVER_SETTINGS} == SERVER_SETTINGS
    for name in ("worker", "upkeep", "bootstrap"):
        told = composed["services"][name]["environment"]
        assert {setting: told[setting] for setting in WORKER_SETTINGS} == WORKER_SETTINGS
        assert told["PREFECT_DEFAULT_RESULT_STORAGE_BLOCK"] == RESULTS_BLOCK


def test_every_setting_of_prefect_exists(composed: dict[str, Any]) -> None:
    named = {name for name in environments(composed) if name.startswith("PREFECT_")} | set(WORKER_SETTINGS)
    assert len(named) > 10
    assert [name for name in named if not hasattr(prefect.settings, name)] == []
    assert not hasattr(prefect.settings, "PREFECT_SERVER_NO_SUCH_SETTING")


def test_every_variable_of_longtake_is_read_by_something(composed: dict[str, Any]) -> None:
    known = {f"LONGTAKE_{name.upper()}" for kind in (Settings, BootstrapSettings) for name in kind.model_fields}
    known |= {f"LONGTAKE_INPUTS_{name.upper()}" for name in InputsSettings.model_fields}
    named = {name for name in environments(composed) if name.startswith("LONGTAKE_")}
    text = (FOLDER / "Dockerfile").read_text() + (ROOT / "docs" / "deploy.md").read_text()
    named |= set(re.findall(r"\bLONGTAKE_[A-Z_]+[A-Z]\b", text))
    assert named - known - NOT_OURS == set()


def test_no_service_but_the_workers_sees_a_key(composed: dict[str, Any]) -> None:
    for name in ("postgres", "s3", "server", "door"):
        service = composed["services"][name]
        assert "env_file" not in service
        assert not {"FAL_KEY", "AIML_API_KEY", "PIXAZO_API_KEY"} & set(service["environment"])
    assert set(re.findall(r"ports:", (FOLDER / "compose.yaml").read_text())) == {"ports:"}
    open_ones = {name: service["ports"] for name, service in composed["services"].items() if "ports" in service}
    assert open_ones == {name: [f"${{LONGTAKE_LISTEN:-127.0.0.1}}:{at}:{at}"] for name, at in PORTS.items()}


def test_the_door_knows_the_store_and_nothing_else(composed: dict[str, Any]) -> None:
    """It is what browsers reach: neither the ledger nor Prefect's password is there to be taken."""
    door = composed["services"]["door"]
    told = door["environment"]
    own = {"LONGTAKE_DOOR_AUTH", "LONGTAKE_DOOR_UPLOAD_GB"}
    assert {name for name in told if "STORE" not in name} == own | {
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "LONGTAKE_DOOR_URL",
    }  # fmt: skip
    for name in ("worker", "upkeep", "bootstrap"):
        runs = composed["services"][name]["environment"]
        assert {key: runs[key] for key in told.keys() - own} == {key: told[key] for key in told.keys() - own}
    assert f":{PORTS['door']}/health" in " ".join(door["healthcheck"]["test"])


def test_every_command_is_one(composed: dict[str, Any]) -> None:
    """Its options are those that Prefect has, and its modules are there."""
    services = composed["services"]
    for verb, names in (("server", ["server"]), ("worker", ["worker", "upkeep"])):
        helped = subprocess.run(
            [sys.executable, "-m", "prefect", verb, "start", "--help"],
            capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "160"},
        )  # fmt: skip
        for name in names:
            words = [str(word) for word in services[name]["command"]]
            assert words[:3] == ["prefect", verb, "start"]
            for option in (word for word in words if word.startswith("--")):
                assert option in helped.stdout, f"{name}: {option}"
    program, verb, *words = services["door"]["command"]
    with get_command(app).commands[verb].make_context(verb, words) as context:  # type: ignore[attr-defined]  a group
        assert (program, context.params) == ("longtake", {"host": "0.0.0.0", "port": PORTS["door"]})
    assert services["bootstrap"]["command"][:3] == ["python", "-m", "deployments.bootstrap"]


def test_docker_compose_itself_reads_it(tmp_path: Path) -> None:
    program = component("docker-compose", beside_python("docker-compose"), "docker-compose")
    shutil.copytree(FOLDER, tmp_path / "deployments")
    shutil.copy(FOLDER / ".env.example", tmp_path / "deployments/.env")
    command = [program, "-f", str(tmp_path / "deployments/compose.yaml"), "config", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"]
    assert set(services) == {"postgres", "s3", "server", "bootstrap", "worker", "upkeep", "door"}
    assert services["worker"]["deploy"]["replicas"] == 2
    for service in services.values():
        assert "build" in service or re.search(r":[^:]*\d", service["image"]), "pinned by tag"
    (tmp_path / "deployments/.env").write_text("")
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert refused.returncode != 0
    assert "set it in .env" in refused.stderr


def test_hadolint_finds_nothing() -> None:
    program = component("hadolint", beside_python("hadolint"), "hadolint")
    done = subprocess.run([program, str(FOLDER / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_image_has_every_package_and_runs_as_nobody_special() -> None:
    steps = (FOLDER / "Dockerfile").read_text().splitlines()
    copied = {word for step in steps if step.startswith("COPY") for word in step.split()[1:-1]}
    layers = {"longtake", "blocks", "tasks", "flows", "emulators", "deployments"}
    assert layers <= copied
    for name in (word for word in copied if not word.startswith(("--from", "/"))):
        assert (ROOT / name).exists(), name
        assert f"!{name}" in (FOLDER / "Dockerfile.dockerignore").read_text().split(), name
    assert "USER 10001" in steps
    assert len([step for step in steps if step.startswith("FROM")]) == 2
