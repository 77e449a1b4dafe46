"""Runs the emulator of voices: `python -m emulators.voices [--port 0] [--folder DIR] [--tethered]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path

from emulators.server import listen
from emulators.voices.site import VoicesSite, environment

HOST = "127.0.0.1"


def main() -> None:
    """Serve until SIGTERM, Ctrl-C, or the end of stdin where `--tethered` was given."""
    parser = argparse.ArgumentParser(prog="python -m emulators.voices", description=__doc__)
    parser.add_argument("--folder", type=Path, help="Where the book is kept; without one it is gone with the emulator.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free.")
    parser.add_argument("--tethered", action="store_true", help="End when stdin is closed.")
    words = parser.parse_args()
    if words.tethered:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="longtake-voices-") as name:
        folder = words.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(_serve(folder, words.port))
    sys.stdout.flush()
    os._exit(0)  # a sentence that is still being spoken would hold the process up


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _serve(folder: Path, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        bound = socket.create_server((HOST, port), backlog=256)
    except OSError as error:
        raise SystemExit(f"port {port} cannot be had: {error.strerror}") from error
    server = await listen(VoicesSite(folder).handle, bound)
    url = f"http://{HOST}:{bound.getsockname()[1]}"
    sys.stdout.write(json.dumps({"url": url, "control": f"{url}/control", "env": environment(url)}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    main()
