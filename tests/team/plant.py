"""A team's whole set-up as processes: Postgres, Prefect's server on it, an S3 server, providers, workers.

Each worker has a home, a folder of its own for Prefect, and a working directory; they share nothing but the servers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from flows.means.results import RESULTS_BLOCK, SETTING
from flows.request import Request
from flows.server.settings import SERVER_SETTINGS, WORKER_SETTINGS
from longtake.assets.s3 import S3Store
from longtake.assets.s3_place import parse_s3
from tests.command_line import environment
from tests.deploy.team import AUTH, Team, wait_until
from tests.paid.shop import write_talk
from tests.paid.works import QUICK
from tests.postgres import Cluster, cluster, create_database
from tests.providers.moto_server import admin_of, moto_s3
from tests.serving import ask, free_port
from tests.store.proxies import Line, Proxy, proxied
from tests.test_killed import processes_of

BUCKET = "team"
STORE = f"s3://{BUCKET}/store"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "secret-testing", "AWS_DEFAULT_REGION": "us-east-1"}
STARTED = ("PENDING", "RUNNING")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass
class Plant:
    """A running set-up. Workers reach the S3 server through a line that can be cut and a proxy that can go wrong."""

    folder: Path
    postgres: Cluster
    emulator: Emulator
    s3_url: str
    proxy: Proxy
    line: Line
    ledger_url: str
    prefect_url: str
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def team(self) -> Team:
        """The server's API."""
        return Team(self.folder, f"http://127.0.0.1:{self.port}/api")

    def start_server(self) -> None:
        """Start Prefect's server, at the same address each time."""
        own = {
            "PREFECT_HOME": str(self.folder / "server"),
            "PREFECT_API_DATABASE_CONNECTION_URL": self.prefect_url,
            "PREFECT_SERVER_API_AUTH_STRING": AUTH,
            "PREFECT_API_AUTH_STRING": AUTH,
        }
        command = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        self._start("server", command, SERVER_SETTINGS | own)
        wait_until(self._server_answers, "Prefect's server", 200)

    def start_worker(self, name: str, videos_at_once: int = 1) -> None:
        """Start a worker on a machine of its own."""
        words = ["worker", "start", "--pool", "longtake", "--name", name, "--limit", str(videos_at_once)]
        env = QUICK | self.emulator.env | WORKER_SETTINGS | self.team.env | KEYS | {
            "PREFECT_HOME": str(self.folder / name / "prefect"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "LONGTAKE_PACE__DEADLINE_SECONDS": "120",
            "LONGTAKE_STORE": STORE,
            "LONGTAKE_STORE_ENDPOINT_URL": self.line.url,
            "AWS_ENDPOINT_URL": self.line.url,
            "LONGTAKE_LEDGER_URL": self.ledger_url,
            SETTING: RESULTS_BLOCK,
        }  # fmt: skip
        self._start(name, ["-m", "prefect", *words], env | self.more)

    def kill(self, name: str) -> None:
        """The machine is gone: all of its processes, at once."""
        for pid in processes_of(self.folder / name):
            os.kill(pid, signal.SIGKILL)
        process = self.processes.pop(name, None)
        if process:
            process.wait()

    def lose(self, name: str, runs: list[str]) -> list[str]:
        """A worker's machine is gone; those of the runs that it had taken up are offered again."""
        left = [run for run in runs if self.team.state(run)["type"] in STARTED and self.worker_of(run) == name]
        self.kill(name)
        for run in left:
            self.team.set_state(run, "CRASHED", "Crashed", "as the automation for silent runs does")
            self.team.set_state(run, "SCHEDULED", "AwaitingRetry")
        return left

    def start_video(self, video: str, *lines: str, **words: Any) -> str:
        """Start a run that renders a script, as the command line does on some other machine; its id."""
        script = write_talk(self.folder / "scripts" / video, video, lines)
        wanted = {"provider": "fal", "budget": 20.0, "model": "omnihuman-1.5", "loudness": "podcast"} | words
        request = Request.from_words(script=script, output=self.folder / f"{video}.mp4", **wanted)
        store = S3Store(parse_s3(STORE, endpoint_url=self.s3_url), self.folder / "cache", 10**9)
        parameters = request.parameters(store) | {"output": self.output(video)}
        store.close()
        return self.team.start_run("long-form-video/long-form-video", **parameters)

    def output(self, video: str) -> str:
        """Where the video is written."""
        return f"s3://{BUCKET}/out/{video}.mp4"

    def video(self, name: str) -> bytes:
        """The finished video."""
        admin = admin_of(self.s3_url)
        try:
            data: bytes = admin.get_object(Bucket=BUCKET, Key=f"out/{name}.mp4")["Body"].read()
            return data
        finally:
            admin.close()

    def ended(self, run: str, seconds: float = 180) -> str:
        """Wait until the run has ended; as what."""
        wait_until(lambda: self.team.state(run)["type"] in ENDED, f"the end of run {run}\n{self.logs()}", seconds)
        state = self.team.state(run)
        return f"{state['name']}: {state['message']}" if state["type"] != "COMPLETED" else "Completed"

    def worker_of(self, run: str) -> str:
        """The worker that took the run up last."""
        told = {name: (self.folder / f"{name}.log").read_text() for name in self.processes}
        taken = {name: [line for line in text.splitlines() if run in line] for name, text in told.items()}
        return max(taken, key=lambda name: taken[name][-1:])

    def accepted(self) -> int:
        """How many jobs the provider took."""
        return len(self.emulator.book("fal").accepted)

    def logs(self) -> str:
        """The last words of all processes."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-1500:]}" for path in sorted(self.folder.glob("*.log")))

    def _start(self, name: str, words: list[str], env: dict[str, str]) -> None:
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words], cwd=place, env=environment(place, **env), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _server_answers(self) -> bool:
        try:
            return ask("GET", f"{self.team.api_url}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def plant(folder: Path, settings: EmulatorSettings, **more: str) -> Iterator[Plant]:
    """A set-up with a server that is bootstrapped, and no worker yet."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as parts:
        postgres = parts.enter_context(cluster())
        s3_url = parts.enter_context(moto_s3(BUCKET))
        proxy_url, proxy = parts.enter_context(proxied(s3_url))
        line = Line(proxy_url)
        parts.callback(line.cut)
        emulator = parts.enter_context(running(folder / "providers", settings))
        made = Plant(
            folder,
            postgres,
            emulator,
            s3_url,
            proxy,
            line,
            create_database(postgres.url(), "ledger"),
            create_database(postgres.url(), "prefect").replace("postgresql://", "postgresql+asyncpg://"),
            more=more,
        )
        try:
            made.start_server()
            made.team.set_up(**more)
            yield made
        finally:
            for name in tuple(made.processes):
                made.kill(name)
