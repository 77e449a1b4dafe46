"""What stands between a store and its server: a proxy that answers wrongly, and a line that breaks."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import served

Pass = Callable[..., Awaitable[Response]]
"""Passes a request on, without the headers that are named."""

ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message><Endpoint>x</Endpoint></Error>'
SAID_SECRET = "AKIA-in-the-answer"


def refusal(status: int, code: str) -> Response:
    """What a server answers that refuses, with words that nobody may repeat."""
    headers = {"x-amz-bucket-region": "eu-central-1"} if status == 301 else {}
    text = ERROR.format(code=code, message=SAID_SECRET)
    return Response(text, status_code=status, headers=headers, media_type="application/xml")


@dataclass
class Proxy:
    """Passes requests on, unless `meet` answers them itself. Counts them by what they do."""

    server: str
    counts: Counter[str] = field(default_factory=Counter)
    meet: Callable[[Request, Pass], Awaitable[Response | None]] | None = None

    async def answer(self, request: Request) -> Response:
        listing = "list-type" in request.query_params
        self.counts["LIST" if listing else request.method] += 1
        await request.body()  # else a server answers before it has read all, and the client must begin a new connection
        met = await self.meet(request, self.passed_on) if self.meet else None
        return met or await self.passed_on(request)

    async def passed_on(self, request: Request, *left_out: str) -> Response:
        url = self.server + request.scope["raw_path"].decode()
        if request.url.query:
            url += f"?{request.url.query}"
        body = await request.body()
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "expect", *left_out}}
        async with httpx.AsyncClient(timeout=60, verify=False) as client:  # reads no certificates: 20 ms each time
            answer = await client.request(request.method, url, content=body, headers=headers)
        own = ("transfer-encoding", "date", "server")
        kept = {name: value for name, value in answer.headers.items() if name not in own}
        return Response(answer.content, status_code=answer.status_code, headers=kept)


@contextmanager
def proxied(server: str) -> Iterator[tuple[str, Proxy]]:
    """The proxy's address, and the proxy."""
    proxy = Proxy(server)
    methods = ["GET", "HEAD", "PUT", "POST", "DELETE"]
    with served(Starlette(routes=[Route("/{path:path}", proxy.answer, methods=methods)])) as url:
        yield url, proxy


@dataclass
class Faults:
    """A share of all requests is answered 500 or 503; a third of those after the server has done what was asked."""

    share: float
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    made: int = 0

    async def __call__(self, request: Request, on: Pass) -> Response | None:
        if self.dice.random() >= self.share:
            return None
        self.made += 1
        kind = self.dice.randrange(3)
        if kind == 0:
            return refusal(503, "SlowDown")
        if kind == 1:
            await on(request)
        return refusal(500, "InternalError")


class Line:
    """A line to a server that can be cut: then every connection breaks, and no new one is taken."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._server = (parts.hostname or "", parts.port or 0)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._port = 0
        self._listening: socket.socket | None = None
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        listening, self._listening = self._listening, None
        if listening:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near = listening.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self._server)
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(one)
        one.close()
