"""A server on a real port that gives each request the next answer of a list, and keeps what it was asked."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["drop", "reset", "half", "silence", "drip"]
"""After the request was read: close; RST; half of the announced body; nothing until the client has gone; the head, then
a space now and then until it has gone."""

DRIP_SECONDS = 0.02


@dataclass
class Answer:
    """What one request gets: a body of JSON or bytes, or a fault of the wire."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    is_bare: bool = False
    """Without a length: it ends where the connection ends."""

    def raw(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        announced = len(body) * 2 + 2 if self.fault == "half" else len(body)
        headers = {"Content-Type": "application/json", "Content-Length": str(announced), "Connection": "close"}
        headers |= self.headers
        if self.is_bare:
            headers.pop("Content-Length")
        if self.fault == "drip":
            headers, body = headers | {"Content-Length": "100000"}, b""
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + body


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """`asked` holds every request; `left` the answers that nobody has had."""

    url: str
    asked: list[Asked]
    left: list[Answer]


@contextmanager
def answering(*answers: Answer) -> Iterator[Server]:
    """Serve until the context ends; then every answer must have been taken, and no request been left without one."""
    script = Server(url="", asked=[], left=list(answers))
    surplus: list[Asked] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = _read(self.rfile)
            if asked is None:
                return
            script.asked.append(asked)
            if not script.left:
                surplus.append(asked)
                self.wfile.write(Answer(418, {"error": "asked once too often"}).raw())
                return
            self._give(script.left.pop(0))

        def _give(self, answer: Answer) -> None:
            if answer.fault == "silence":
                self.rfile.read()
            elif answer.fault == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            elif answer.fault != "drop":
                with suppress(OSError):  # the client may not want all of it
                    self.wfile.write(answer.raw())
                    while answer.fault == "drip":
                        time.sleep(DRIP_SECONDS)
                        self.wfile.write(b" ")

        def finish(self) -> None:
            if self.connection.fileno() >= 0:
                super().finish()

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Threads(("127.0.0.1", 0), Handler) as server:
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
            assert not surplus, f"asked once too often: {surplus}"  # also when the client raised
            assert not script.left, f"never asked for: {script.left}"


def _read(stream: Any) -> Asked | None:
    first = stream.readline().decode().split()
    if not first:
        return None
    headers = {}
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(first[0], first[1], headers, stream.read(int(headers.get("content-length", 0))))
