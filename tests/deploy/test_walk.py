"""docs/deploy.md as a person types it: each command of its console blocks, against real processes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from emulators.launch import running
from tests.command_line import ROOT, environment, hear_ctrl_c, portrait
from tests.conftest import component
from tests.deploy.team import wait_until
from tests.paid.shop import PROVIDERS_OF_SHOP
from tests.paid.works import QUICK
from tests.providers.moto_server import admin_of, moto_s3
from tests.serving import ask, free_port

PAGE = ROOT / "docs" / "deploy.md"
STOP_SECONDS = 8
SAID_WHEN_UP = {"up": "now runs there", "door": "Files, uploads"}
STAYS = ("longtake up", "longtake door", "prefect server start", "prefect worker start")
"""Commands that go on until they are stopped."""


def blocks_of(heading: str) -> list[list[str]]:
    """The commands of each console block in a section, in order."""
    section = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(heading))
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    return [[line[2:] for line in block.splitlines() if line.startswith("$ ")] for block in blocks]


@dataclass
class Terminal:
    """Where a person types. What is exported stays; what differs here is said in `instead`."""

    folder: Path
    env: dict[str, str]
    instead: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def type(self, command: str) -> None:
        """Type a command and wait until it ends, or, where it goes on, until the next one can be typed."""
        for words, others in self.instead.items():
            command = command.replace(words, others)
        if command.startswith("export "):
            self.env |= dict(word.split("=", 1) for word in command.split()[1:])
        elif command.startswith(STAYS):
            self._start(command)
        else:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                timeout=180,
            )  # fmt: skip
            assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}\n{self.logs()}"

    def _start(self, command: str) -> None:
        with (self.folder / f"{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=hear_ctrl_c,  # noqa: PLW1509  the tests start no threads that it could meet
            )  # fmt: skip
        self.started.append(process)
        if "worker" not in command:
            mark = next((said for word, said in SAID_WHEN_UP.items() if word in command.split()), "")
            is_up = (lambda: self._is_in_log(mark)) if mark else self._answers
            wait_until(lambda: process.poll() is None and is_up(), f"{command}\n{self.logs()}", 120)

    def _answers(self) -> bool:
        try:
            return ask("GET", f"http://127.0.0.1:{self.instead[':4200'][1:]}/api/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def _is_in_log(self, mark: str) -> bool:
        return mark in self.logs()

    def logs(self) -> str:
        """What the commands that go on have said."""
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        """TERM, wait, KILL; workers before their server."""
        for process in reversed(self.started):
            process.send_signal(signal.SIGINT if "up" in str(process.args).split() else signal.SIGTERM)
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def terminal(folder: Path, instead: dict[str, str], **more: str) -> Iterator[Terminal]:
    """A terminal in a folder with a script and a portrait, and Longtake's programs on its PATH."""
    (folder / "talk.md").write_text("Good morning. This is a very short talk.\n")
    portrait(folder / "me.jpg")
    path = f"{Path(sys.executable).parent}:{more.pop('PATH', '')}:{os.environ['PATH']}"
    env = environment(folder / "home", PATH=path, PREFECT_HOME=str(folder / "prefect"), PYTHONPATH=str(ROOT), **more)
    (folder / "home").mkdir()
    ports = {}
    for port in ("4200", "4280"):
        free = free_port()
        ports |= {f":{port}": f":{free}", f"--port {port}": f"--port {free}"}
    typed = Terminal(folder, env, ports | instead)
    try:
        yield typed
    finally:
        typed.close()


def test_a_machine_of_your_own(tmp_path: Path) -> None:
    with terminal(tmp_path, {}) as typed:
        port = typed.instead[":4200"][1:]
        files_port = typed.instead[":4280"][1:]
        typed.instead["longtake up"] = f"longtake up --port {port} --files-port {files_port}"
        for block in blocks_of("A machine of your own"):
            for command in block:
                typed.type(command)
        assert (tmp_path / "talk.mp4").exists()
        wait_until((tmp_path / "by-the-clock.mp4").exists, f"the video by the clock\n{typed.logs()}")


@pytest.fixture
def postgres_path(postgres_server: str) -> str:
    """Where Postgres's own programs are."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
    return str(Path(component("psql", *map(str, programs), "psql")).parent)


def test_a_team(tmp_path: Path, postgres_server: str, postgres_path: str) -> None:
    socket = postgres_server.partition("host=")[2]
    with moto_s3("somebody-elses") as s3, running(tmp_path / "providers", PROVIDERS_OF_SHOP) as emulator:
        instead = {
            "@db.example/prefect": f"@/prefect?host={socket}",
            "@db.example/ledger": f"@/ledger?host={socket}",
            "postgresql://longtake@db.example/postgres": f'"{postgres_server}"',
            "http://s3.example:9000": s3,
            "python -m": f"cd {shlex.quote(str(ROOT))} && python -m",
        }
        more = QUICK | emulator.env | {"PATH": postgres_path}
        with terminal(tmp_path, instead, **more) as typed:
            for block in blocks_of("A team"):
                for command in block:
                    typed.type(command)
            admin = admin_of(s3)
            assert admin.head_object(Bucket="videos", Key="out/team.mp4")["ContentLength"] > 10_000
            admin.close()
            assert emulator.book("fal").paid == 1
            wait_until((tmp_path / "scheduled.mp4").exists, f"the video by the clock\n{typed.logs()}")
            assert not (tmp_path / "home" / "ledger.sqlite").exists()
            assert not (tmp_path / "home" / "store").exists(), "the store is the bucket"
            make = "from prefect.blocks.notifications import CustomWebhookNotificationBlock as Block\n"
            make += "Block(name='team', url='http://127.0.0.1:9/', json_data={'text': '{{body}}'}).save('team')"
            typed.type(f'python -c "{make}"')
            for block in blocks_of("Who is told"):
                for command in block:
                    typed.type(command)


def test_every_block_of_commands_is_run_and_what_it_names_is_there() -> None:
    text = PAGE.read_text()
    run = sum(len(blocks_of(heading)) for heading in ("A machine of your own", "A team", "Who is told"))
    assert text.count("```console") == run
    for name in re.findall(r"\]\(([^)]+)\)", text):
        assert (PAGE.parent / name).exists(), name
    for name in re.findall(r"deployments/[\w./]+", text):
        assert (ROOT / name.rstrip(".")).exists() or name.endswith("/.env"), name
    assert shutil.which("bash")
