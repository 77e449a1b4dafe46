"""A small HTTP/1.1 server that can also misbehave: close without a word, reset, send half of what it announced."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

READ_BYTES = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Cut = Literal["drop", "reset", "half"]
"""How an answer is lost: closed before its first byte, the same with a TCP reset, closed after half of its body."""


@dataclass(frozen=True)
class Request:
    """A request as it came. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the last of each name."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object; None for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Response:
    """An answer, and what is wrong with it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: Cut | None = None
    delay_seconds: float = 0.0


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def html_response(title: str, status: int = 200) -> Response:
    """A web page, as nginx answers when what is behind it fails."""
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    page += "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    return Response(status, page.encode(), {"Content-Type": "text/html"})


Handler = Callable[[Request], Awaitable[Response]]


async def listen(handler: Handler, listening: socket.socket) -> asyncio.Server:
    """Serve the handler on a socket that is bound already."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _serve(handler, reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(connected, sock=listening)


async def _serve(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    wire = h11.Connection(h11.SERVER)
    while (request := await _read_request(wire, reader, writer)) is not None:
        response = await _answer(handler, request)
        if response.delay_seconds:
            await asyncio.sleep(response.delay_seconds)
        if response.cut in ("drop", "reset"):
            if response.cut == "reset":
                _reset(writer)
            return
        await _send(wire, writer, request, response)
        if response.cut or wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
            return
        wire.start_next_cycle()


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return json_response({"detail": "the emulator itself failed"}, 500)


async def _read_request(
    wire: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    """The next request, whole; None when the client has gone."""
    head: h11.Request | None = None
    body: list[bytes] = []
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            if wire.they_are_waiting_for_100_continue:
                go_ahead = wire.send(h11.InformationalResponse(status_code=100, headers=[]))
                writer.write(go_ahead or b"")
            wire.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            return Request(head.method.decode(), head.target.decode("latin-1"), headers, b"".join(body))
        else:
            return None


async def _send(wire: h11.Connection, writer: asyncio.StreamWriter, request: Request, response: Response) -> None:
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    head = h11.Response(status_code=response.status, headers=[*headers.items()])
    data = wire.send(head) or b""
    body = b"" if request.method == "HEAD" else response.body
    if response.cut == "half":
        body = body[: len(body) // 2]
    if body:
        data += wire.send(h11.Data(data=body)) or b""
    if not response.cut:
        data += wire.send(h11.EndOfMessage()) or b""
    writer.write(data)  # in one piece: the rest of an answer would wait 40 ms for the first part's acknowledgement
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closing a socket that does not linger sends RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
