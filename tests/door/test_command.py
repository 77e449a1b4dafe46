"""`longtake door` as a process: it serves what the settings name, in little memory, and ends when it is told to."""

from __future__ import annotations

import hashlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from longtake.assets import FolderStore, parse_address
from tests.command_line import ROOT, environment, longtake
from tests.deploy.team import wait_until
from tests.serving import free_port

LARGE_BYTES = 300 * 2**20
MOST_GROWTH_BYTES = 64 * 2**20
BLOCK = bytes(2**20)


class Running(NamedTuple):
    """The process, and where it listens."""

    process: subprocess.Popen[str]
    url: str
    store: FolderStore

    def peak_bytes(self) -> int:
        """The most memory that it ever had (proc(5): VmHWM)."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) * 1024


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    env = environment(tmp_path / "home", LONGTAKE_DOOR_URL="http://files.example.com", LONGTAKE_DOOR_AUTH="team:word")
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "door", "--port", str(port)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    try:
        yield Running(process, f"http://127.0.0.1:{port}", FolderStore(tmp_path / "home" / "store"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def is_open(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").text == "open\n"
    except httpx.TransportError:
        return False


def test_it_keeps_to_its_settings_needs_little_memory_and_ends(running: Running, tmp_path: Path) -> None:
    wait_until(lambda: is_open(running.url), "the door")
    told = {"headers": {"Host": "files.example.com"}, "auth": ("team", "word")}
    small = httpx.post(running.url, files={"file": ("a.md", b"text")}, **told)
    assert small.status_code == 200
    assert httpx.get(running.url, headers={"Host": "files.example.com"}).status_code == 401
    before = running.peak_bytes()

    hollow = tmp_path / "hollow.mp4"
    with hollow.open("wb") as file:
        file.truncate(LARGE_BYTES)
    asset = running.store.put(hollow, move=True)
    link = f"{running.url}/asset/{asset.address.removeprefix('asset:')}"
    with httpx.stream("GET", link) as answer:
        assert sum(map(len, answer.iter_raw(2**20))) == LARGE_BYTES
    running.store.delete(asset)

    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    body = (head, *[BLOCK] * (LARGE_BYTES // len(BLOCK)), b"\r\n--x--\r\n")
    form = {"Content-Type": "multipart/form-data; boundary=x", "Host": "files.example.com"}
    answer = httpx.post(running.url, headers=form, content=iter(body), auth=httpx.BasicAuth("team", "word"), timeout=60)
    stored = parse_address(answer.text.strip())
    assert stored is not None and (stored.size_bytes, stored.suffix) == (LARGE_BYTES, ".wav")
    assert stored.sha256 == asset.sha256 != hashlib.sha256().hexdigest()
    assert running.peak_bytes() - before < MOST_GROWTH_BYTES

    with httpx.stream("GET", f"{running.url}/asset/{stored.address.removeprefix('asset:')}") as paused:
        assert paused.status_code == 200
        running.process.send_signal(signal.SIGTERM)
        said, _ = running.process.communicate(timeout=100)
    assert said.startswith("Files, uploads: http://files.example.com")
    assert "Traceback" not in said and "word" not in said


def test_what_is_wrong_is_told_at_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = longtake(tmp_path, "door", "--port", port, code=2)
    assert f"--port: port {port} cannot be used" in refused.stderr
    wrong = longtake(tmp_path, "door", code=2, LONGTAKE_DOOR_AUTH="no-colon")
    assert "LONGTAKE_DOOR_AUTH" in wrong.stderr and "no-colon" not in wrong.stderr
    wrong = longtake(tmp_path, "door", code=2, LONGTAKE_DOOR_URL="http://me:secret@files.example.com/a")
    assert "LONGTAKE_DOOR_URL" in wrong.stderr and "secret" not in wrong.stderr
