"""A Prefect server for one run: it ends with the process that started it, however that one ends.

Prefect's own temporary server outlives a killed parent, and hears a Ctrl-C that is meant for the parent.
Run as `python -m flows.server.temporary`; it prints its port, and lives until its stdin is closed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from longtake.errors import LongtakeError
from longtake.garbage import collect_seldom

START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 10


def _serve() -> None:
    collect_seldom()
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    import uvicorn

    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level="error", lifespan="on", access_log=False
    )
    server = _one_by_one(config)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True
        time.sleep(STOP_TIMEOUT_SECONDS / 2)
        os._exit(0)

    threading.Thread(target=end_with_parent, daemon=True).start()
    server.run(sockets=[listening])
    os._exit(0)  # the thread still reads stdin: Python would complain of it at its end


def _one_by_one(config: Any) -> Any:
    """A uvicorn server that starts alone: two that set up one new database at once would break each other."""
    import uvicorn

    class OneByOne(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            with Path(os.environ["LONGTAKE_SERVER_LOCK"]).open("w") as lock:
                await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
                await super().startup(sockets)

    return OneByOne(config)


def database_url(home: Path) -> str:
    """The SQLite database that temporary and lasting servers of this home share."""
    return f"sqlite+aiosqlite:///{home / 'prefect.db'}"


class TemporaryServer:
    """The server's process. `start` answers at once; `wait` until it is up; leaving the context ends it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.api_url = ""
        self.is_new = False

    def start(self) -> None:
        """Start the process and learn its address. The server is not up yet."""
        self._home.mkdir(parents=True, exist_ok=True)
        self.is_new = not (self._home / "prefect.db").exists()
        environment = os.environ | {
            "PREFECT_API_DATABASE_CONNECTION_URL": database_url(self._home),
            "LONGTAKE_SERVER_LOCK": str(self._home / "prefect.lock"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_UI_ENABLED": "false",
            "PREFECT__SERVER_EPHEMERAL": "1",
            "PREFECT__SERVER_FINAL": "1",
        }
        environment.pop("PREFECT_API_URL", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.server.temporary"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip().decode()
        if not port:
            raise LongtakeError("Prefect's temporary server did not start: try `longtake doctor`")
        self.api_url = f"http://127.0.0.1:{port}/api"

    def wait(self) -> None:
        """Wait until the server answers. Raises LongtakeError when it ends or takes too long."""
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        with httpx.Client(timeout=5) as client:
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    if client.get(f"{self.api_url}/health").is_success:
                        return
                except httpx.HTTPError:
                    time.sleep(0.05)
        raise LongtakeError("Prefect's temporary server did not come up: try `longtake doctor`")

    def __enter__(self) -> TemporaryServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    _serve()
