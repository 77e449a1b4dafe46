"""Runs the emulators: `python -m emulators --home DIR [--port-base 0] [--settings FILE.json] [--tethered]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from emulators.aimlapi import AimlapiSite
from emulators.control import Control, ready_line
from emulators.fal import FalSite
from emulators.pixazo import PixazoSite
from emulators.server import Handler, listen
from emulators.settings import EmulatorSettings
from emulators.site import Site, World

HOST = "127.0.0.1"
DOORS = ("fal", "aimlapi", "pixazo", "control")


def main() -> None:
    """Serve until SIGTERM, Ctrl-C, or the end of stdin where `--tethered` was given."""
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port-base", type=int, default=0, help="The first of four ports; 0: any that are free.")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--tethered", action="store_true", help="End when stdin is closed.")
    words = parser.parse_args()
    given = words.settings.read_bytes() if words.settings else b"{}"
    settings = EmulatorSettings.model_validate_json(given)
    words.home.mkdir(parents=True, exist_ok=True)
    if words.tethered:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(_serve(words.home, settings, words.port_base))
    sys.stdout.flush()
    os._exit(0)  # a picture that is still being drawn would hold the process up


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _serve(home: Path, settings: EmulatorSettings, port_base: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    world = World(home, settings)
    sites: dict[str, Site] = {
        "fal": FalSite(world),
        "aimlapi": AimlapiSite(world),
        "pixazo": PixazoSite(world),
    }
    handlers: dict[str, Handler] = {name: site.handle for name, site in sites.items()}
    handlers["control"] = Control(world, sites).handle
    sockets = _sockets(home, port_base)
    urls = {name: f"http://{HOST}:{bound.getsockname()[1]}" for name, bound in sockets.items()}
    for name, site in sites.items():
        site.base_url = urls[name]
    servers = [await listen(handlers[name], bound) for name, bound in sockets.items()]
    for site in sites.values():
        site.queue.resume()
    sys.stdout.write(ready_line(urls["control"], sites, settings) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    for server in servers:
        server.close()


def _sockets(home: Path, port_base: int) -> dict[str, socket.socket]:
    """A bound socket for each door: from `port_base` on, else on the ports of the last time if they are free."""
    kept = home / "ports.json"
    if port_base:
        ports = {name: port_base + number for number, name in enumerate(DOORS)}
    else:
        ports = json.loads(kept.read_text()) if kept.exists() else {}
    sockets = {name: _bound(ports.get(name, 0), must=bool(port_base)) for name in DOORS}
    kept.write_text(json.dumps({name: bound.getsockname()[1] for name, bound in sockets.items()}))
    return sockets


def _bound(port: int, *, must: bool) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=256)
    except OSError as error:
        if must or not port:
            raise SystemExit(f"port {port} cannot be had: {error.strerror}") from error
        return socket.create_server((HOST, 0), backlog=256)


if __name__ == "__main__":
    main()
