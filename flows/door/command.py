"""`longtake door`: the door alone, before a team's store; and what `longtake up` needs of it."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from flows.means.stores import open_store
from longtake.assets import Asset, Store
from longtake.errors import SettingError
from longtake.settings import Settings, load_settings

if TYPE_CHECKING:
    import uvicorn

_SECONDS_TO_FINISH = 5
"""A browser in which a video is paused keeps its connection for hours."""


def door_command(host: str, port: int) -> None:
    """Run until Ctrl-C or TERM."""
    settings = load_settings()
    with listening(host, port, "--port") as opened:
        store = open_store(settings)
        store.exists(Asset(sha256="0" * 64, size_bytes=0))  # wrong keys are told now, not by every page
        server = door_server(store, settings)
        address = settings.door_address or f"http://127.0.0.1:{port}"
        print(f"Files, uploads: {address}. Ctrl-C ends it.", flush=True)  # noqa: T201
        if host not in ("127.0.0.1", "localhost", "::1") and not settings.door_url:
            print("It answers to `localhost` alone: LONGTAKE_DOOR_URL is how browsers reach it.", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            server.run(sockets=[opened])


def listening(host: str, port: int, option: str) -> socket.socket:
    """A socket that listens there. Raises SettingError that names the option."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise SettingError(
            f"port {port} cannot be used: {reason}.", where=option, hint="Choose another port."
        ) from error


def door_server(store: Store, settings: Settings) -> uvicorn.Server:
    """The door of a store, to be served."""
    import uvicorn

    from flows.door.application import door
    from flows.door.rules import DoorRules

    application = door(store, DoorRules.of(settings))
    config = uvicorn.Config(
        application, log_level="warning", lifespan="off", server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )  # fmt: skip
    return uvicorn.Server(config)
