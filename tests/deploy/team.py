"""A server for tests as a team has it: with the settings and the password of the compose file, and set up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prefect.client.orchestration import PrefectClient

from flows.server.settings import SERVER_SETTINGS
from tests.command_line import ROOT, environment
from tests.prefect_database import put_database
from tests.serving import ask, free_port

AUTH = "longtake:a word that only tests know"
SECONDS_BETWEEN_LOOKS = 0.2
T = TypeVar("T")


@dataclass(frozen=True)
class Team:
    """A running server. `env` is what whoever asks it needs."""

    folder: Path
    api_url: str

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def env(self) -> dict[str, str]:
        return {
            "PREFECT_API_URL": self.api_url,
            "PREFECT_API_AUTH_STRING": AUTH,
            "PREFECT_HOME": str(self.folder / "prefect-client"),
            "PREFECT_CLI_PROMPT": "false",
        }

    def run(self, *words: str, code: int = 0, cwd: Path = ROOT, **more: str) -> str:
        """Run a Python program with these words, nobody being there to be asked; what it said."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=cwd,
            env=environment(self.home, **(self.env | more)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def set_up(self, code: int = 0, **more: str) -> str:
        """Run the bootstrap; what it said."""
        return self.run("-m", "deployments.bootstrap", code=code, **more)

    def act(self, what: Callable[[PrefectClient], Awaitable[T]]) -> T:
        """Do what a part of the set-up does, in this process."""

        async def acted() -> T:
            async with PrefectClient(self.api_url, auth_string=AUTH) as client:
                return await what(client)

        return asyncio.run(acted())

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers. It says 503 while another of its writers holds its SQLite database."""
        name, _, word = AUTH.partition(":")
        for _ in range(40):
            answer = ask(method, f"{self.api_url}/{path}", json=body, auth=(name, word))
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def start_run(self, deployment: str, **parameters: Any) -> str:
        """Start a run of a deployment; its id. No worker is there to take it."""
        found = self.ask("GET", f"deployments/name/{deployment}")
        run = self.ask("POST", f"deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def set_state(self, run: str, kind: str, name: str, message: str | None = None) -> None:
        """What a worker tells of a run."""
        state = {"type": kind, "name": name, "message": message}
        told = self.ask("POST", f"flow_runs/{run}/set_state", {"state": state, "force": True})
        assert told["status"] == "ACCEPT", told

    def state(self, run: str) -> dict[str, Any]:
        """The state of a run."""
        found: dict[str, Any] = self.ask("GET", f"flow_runs/{run}")["state"]
        return found


def wait_until(looked_for: Callable[[], bool], what: str, seconds: float = 150) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not looked_for():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(SECONDS_BETWEEN_LOOKS)


@contextmanager
def team_server(folder: Path, **more: str) -> Iterator[Team]:
    """A server, for as long as the context lasts."""
    port = free_port()
    api_url = f"http://127.0.0.1:{port}/api"
    own = {
        "PREFECT_HOME": str(folder / "server"),
        "PREFECT_SERVER_API_AUTH_STRING": AUTH,
        "PREFECT_API_AUTH_STRING": AUTH,
        "PREFECT_UI_URL": "http://longtake.test:4200",
        "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT1S",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    put_database(folder / "server")
    with (folder / "server.log").open("wb") as log:
        env = environment(folder / "home", **(SERVER_SETTINGS | own | more))
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_until(lambda: _is_up(api_url, process), "Prefect's server", 200)
        yield Team(folder, api_url)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_up(api_url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the server has ended"
    try:
        return ask("GET", f"{api_url}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
