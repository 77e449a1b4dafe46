"""The receiver of webhooks on a real port: it wakes for what fal signed and for what Pixazo sends, and for no more."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from blocks import webhook_receiver
from blocks.webhook_receiver import KEYS_AGAIN_SECONDS, KEYS_LAST_SECONDS, LARGEST_BODY_BYTES, FalKeys, webhook_app
from emulators.fal_webhooks import Signer
from longtake.errors import ProviderBusy
from tests.providers.answering import Answer, Server, answering
from tests.providers.gateways import PACE
from tests.serving import served

SIGNER = Signer(bytes(range(32)))
ENDED = b'{"request_id":"R1","gateway_request_id":"R1","status":"OK","payload":{"video":{"url":"https://x/o.mp4"}}}'
KEYS = Answer(200, SIGNER.jwks)


@dataclass
class Receiver:
    """A receiver, whom it woke, and the server of fal's keys."""

    url: str
    keys: Server
    woken: list[tuple[str, str]] = field(default_factory=list)

    def call(self, body: bytes | Iterator[bytes] = ENDED, headers: dict[str, str] | None = None) -> int:
        with httpx.Client(trust_env=False) as client:
            return client.post(f"{self.url}/any/path?token=ours", content=body, headers=headers).status_code


@contextmanager
def receiving(*answers: Answer) -> Iterator[Receiver]:
    with answering(*answers) as keys:
        receiver = Receiver("", keys)
        app = webhook_app(FalKeys(keys.url, PACE), lambda *woken: receiver.woken.append(woken))
        with served(app) as receiver.url:
            yield receiver


def signed(body: bytes = ENDED, request_id: str = "R1", at: float | None = None) -> dict[str, str]:
    return SIGNER.headers(request_id, "U1", str(int(time.time() if at is None else at)), body)


def test_a_call_that_fal_signed_wakes_each_time_and_its_keys_are_asked_for_once() -> None:
    with receiving(KEYS) as receiver:
        assert [receiver.call(headers=signed()) for _ in range(3)] == [200, 200, 200]
    assert receiver.woken == [("fal", "R1")] * 3
    assert [asked.target for asked in receiver.keys.asked] == ["/.well-known/jwks.json"]
    assert "authorization" not in receiver.keys.asked[0].headers


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (ENDED.replace(b"R1", b"R2"), signed()),
        (ENDED, signed(at=time.time() - 3600)),
        (ENDED, signed() | {"X-Fal-Webhook-User-Id": "U2"}),
        (ENDED, {"X-Fal-Webhook-Request-Id": "R1"}),
        (ENDED, {"X-Fal-Webhook-Signature": ""}),
        (b"[]", signed(b"[]")),
    ],
)
def test_a_call_that_is_not_fals_though_it_says_so_wakes_nobody(body: bytes, headers: dict[str, str]) -> None:
    with receiving(KEYS) as receiver:
        assert receiver.call(body, headers) == 400
    assert receiver.woken == []


def test_a_call_without_a_signature_can_only_be_pixazos() -> None:
    with receiving() as receiver:
        assert receiver.call(json.dumps({"request_id": "R1", "status": "COMPLETED"}).encode()) == 200
    assert receiver.woken == [("pixazo", "R1")]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"request_id": 7}', b"\xff", b"[" * 100_000])
def test_a_call_that_cannot_be_read_is_refused(body: bytes) -> None:
    with receiving() as receiver:
        assert receiver.call(body) == 400
    assert receiver.woken == []


def test_a_call_that_is_too_large_is_refused_before_it_is_read_to_its_end() -> None:
    most = b'{"request_id": "R1"}'.ljust(LARGEST_BODY_BYTES)
    with receiving() as receiver:
        assert receiver.call(most) == 200
        assert receiver.call(most + b" ") == 413
        assert receiver.call(iter([most, b" "])) == 413
    assert len(receiver.woken) == 1


def test_a_call_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_receiver, "BODY_SECONDS", 0.1)
    with receiving() as receiver, socket.create_connection(("127.0.0.1", httpx.URL(receiver.url).port or 0)) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert caller.recv(100).startswith(b"HTTP/1.1 408")
    assert receiver.woken == []


def test_only_a_post_is_a_call() -> None:
    with receiving() as receiver, httpx.Client(trust_env=False) as client:
        assert client.get(receiver.url).status_code == 405


NO_KEYS: list[Answer] = [
    Answer(500),
    Answer(404, {"keys": []}),
    Answer(200, b"{"),
    Answer(200, {}),
    Answer(fault="drop"),
    Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
]


@pytest.mark.parametrize("answer", NO_KEYS)
def test_without_fals_keys_nothing_is_believed_and_fal_may_call_again(answer: Answer) -> None:
    with receiving(answer) as receiver:
        assert [receiver.call(headers=signed()) for _ in range(3)] == [503, 503, 503]
    assert receiver.woken == []
    assert len(receiver.keys.asked) == 1


def test_keys_are_kept_for_a_day_and_asked_for_again_half_a_minute_after_a_failure() -> None:
    now = 1000.0
    keys: list[Any] = []

    async def look(url: str) -> None:
        nonlocal now
        of_fal = FalKeys(url, PACE, lambda: now)
        for later in (0.0, KEYS_AGAIN_SECONDS - 1, 2.0, KEYS_LAST_SECONDS - 1, 1.0):
            now += later
            try:
                keys.append(await of_fal.get())
            except ProviderBusy:
                keys.append(None)

    other = {"keys": []}
    with answering(Answer(500), KEYS, Answer(200, other)) as server:
        asyncio.run(look(server.url))
    assert keys == [None, None, SIGNER.jwks, SIGNER.jwks, other]


def test_many_calls_at_once_ask_for_the_keys_once() -> None:
    async def look(url: str) -> int:
        of_fal = FalKeys(url, PACE)
        return len(await asyncio.gather(*(of_fal.get() for _ in range(20))))

    with answering(KEYS) as server:
        assert asyncio.run(look(server.url)) == 20
