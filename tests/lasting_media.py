"""A lasting server for tests: `longtake up` in a process of its own, and its API."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from flows.server.lasting import LastingServer, note_path
from tests.command_line import start
from tests.serving import ask, free_port
from tests.test_killed import processes_of


@dataclass
class Up:
    """A running `longtake up`."""

    home: Path
    process: subprocess.Popen[str]
    server: LastingServer

    def ask(self, path: str, **body: Any) -> Any:
        """What the server's API answers. It says 503 while another of its writers holds its SQLite database."""
        for _ in range(40):
            answer = ask("POST", f"{self.server.api_url}/{path}", json=body)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.25)
        assert answer.is_success, answer.text
        return answer.json()

    def runs(self) -> list[dict[str, Any]]:
        """All runs that render a video, the newest first."""
        videos = {"name": {"any_": ["long-form-video"]}}
        found: list[dict[str, Any]] = self.ask("flow_runs/filter", flows=videos, sort="EXPECTED_START_TIME_DESC")
        return found

    def tasks(self, run: dict[str, Any]) -> dict[str, str]:
        """The task runs of a flow run: name and state. The server writes a task run before it writes its state."""
        for _ in range(80):
            found = self.ask("task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
            if all(task["state"] for task in found):
                break
            time.sleep(0.25)
        return {task["name"]: task["state"]["name"] for task in found}

    def ended(self, run_id: str, *states: str) -> str:
        """Wait until a run is in one of these states."""
        for _ in range(800):
            name: str = ask("GET", f"{self.server.api_url}/flow_runs/{run_id}").json()["state"]["name"]
            if name in states:
                return name
            time.sleep(0.25)
        raise AssertionError(f"the run is {name}")


def start_up(home: Path, **environment: str) -> Up:
    """Start `longtake up` and wait until it can be found."""
    ports = ("--port", str(free_port()), "--files-port", str(free_port()))
    process = start(home, "up", *ports, **environment)
    while not note_path(home).exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return Up(home, process, LastingServer.model_validate_json(note_path(home).read_bytes()))


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for its end; what it said."""
    out, err = process.communicate(timeout=120)
    return out, err


def gone(home: Path) -> bool:
    """Wait until no process lives with this home; tells those that stay."""
    for _ in range(1000):
        left = processes_of(home)
        if not left:
            return True
        time.sleep(0.1)
    subprocess.run(["ps", "-o", "pid,ppid,stat,etime,args", "-p", ",".join(map(str, left))], check=False)
    return False
