"""Starting and ending the emulators, from a program and from a terminal."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from emulators.launch import running
from longtake.errors import LongtakeError
from tests.command_line import hear_ctrl_c
from tests.emulators.conftest import QUICK


def test_they_end_with_their_stdin(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "emulators", "--home", str(tmp_path), "--tethered"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert sorted(told) == ["aimlapi", "control", "env", "fal", "pixazo"]
    assert httpx.get(f"{told['control']}/books/fal", trust_env=False).json()["accepted"] == []
    process.stdin.close()
    assert process.stdout.read() == b""
    assert process.wait(timeout=100) == 0
    process.stdout.close()


def test_a_person_gets_lines_to_paste_until_ctrl_c() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from emulators.launch import emulate_command; emulate_command()"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509  the tests start no threads that it could meet
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(13)]
    assert "nothing is rendered for real" in lines[0]
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
    address = exported["LONGTAKE_FAL_QUEUE_URL"].strip().strip("'")
    assert httpx.get(f"{address}/.well-known/jwks.json", trust_env=False).status_code == 200
    assert {"FAL_KEY", "AIML_API_KEY", "PIXAZO_API_KEY", "LONGTAKE_AIMLAPI_URL"} < set(exported)
    process.send_signal(signal.SIGINT)
    assert "have ended" in process.stdout.read()
    assert process.wait(timeout=100) == 0
    process.stdout.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    from emulators.launch import Emulator

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LongtakeError, match=f"port {port} cannot be had"):
            Emulator(tmp_path, QUICK, port)


def test_the_control_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    with running(tmp_path, QUICK) as emulator:
        answer = httpx.put(f"{emulator.urls['control']}/faults", json=[{"where": "moon"}], trust_env=False)
        assert (answer.status_code, httpx.get(emulator.urls["control"], trust_env=False).status_code) == (422, 404)
