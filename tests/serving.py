"""Real servers for tests: an ASGI application on a real port, in a thread."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import uvicorn

_FIRST_PORT, _MANY = 20_000, 12_000
_PORTS = (_FIRST_PORT + number % _MANY for number in itertools.count(os.getpid() * 101))
"""Test processes that were started one after the other begin at ports of their own."""


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The application's address for as long as the context lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def ask(method: str, url: str, **more: Any) -> httpx.Response:
    """What a server on this machine answers. The world's certificates are not read: that takes 20 ms, each time."""
    return httpx.request(method, url, verify=False, **({"timeout": 30} | more))


def free_port() -> int:
    """A port that nobody listens on. Before it is used nobody gets it by chance: those the system gives are higher."""
    while True:
        port = next(_PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
