"""The wire: which failures of a submit surely cost nothing, which may have, and that it goes out once in all cases."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from longtake import progress
from longtake.errors import OutcomeUnknown, ProviderBusy
from longtake.providers.wire import (
    ask,
    json_of,
    keyed_client,
    post_once,
)
from tests.providers.answering import Answer, Fault, Server, answering
from tests.providers.gateways import KEY, PACE, SIGNATURE, tells_no_secret

HEADERS = {"Authorization": f"Key {KEY}"}
CONTENT = {"audio_url": f"https://bucket.example/a.wav?{SIGNATURE}"}
ACCEPTED = Answer(200, {"request_id": "R1"})


async def post(url: str, client: httpx.AsyncClient | None = None, content: Any = CONTENT) -> httpx.Response:
    client = client or keyed_client(PACE)
    try:
        return await post_once(client, f"{url}/submit?{SIGNATURE}", content=content, headers=HEADERS, pace=PACE)
    finally:
        await client.aclose()


def posted(*answers: Answer) -> tuple[httpx.Response, Server]:
    with answering(*answers) as server:
        response = asyncio.run(post(server.url))
    return response, server


def asked(url: str) -> None:
    async def run() -> None:
        async with keyed_client(PACE) as client:
            await ask(lambda: client.get(url, headers=HEADERS), PACE)

    asyncio.run(run())


@contextmanager
def deaf(*, accepts: int = 0) -> Iterator[str]:
    """A port that lets so many connect, and never reads."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(accepts)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def full() -> Iterator[str]:
    """A port whose queue of connections is full: the next one gets no answer."""
    with deaf() as url, socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", httpx.URL(url).port or 0))
        yield url


# Never sent: tried again later without a doubt


def test_a_refused_connection_was_surely_not_accepted() -> None:
    with answering() as server:
        pass
    with pytest.raises(ProviderBusy, match="cannot be reached: ConnectError"):
        asyncio.run(post(server.url))


def test_a_host_without_an_address_was_surely_not_asked() -> None:
    with pytest.raises(ProviderBusy, match=r"no-such-host\.invalid cannot be reached"):
        asyncio.run(post("http://no-such-host.invalid"))


def test_a_connection_that_never_comes_about_was_surely_not_used() -> None:
    pace = PACE.model_copy(update={"connect_timeout_seconds": 0.2})

    async def run(url: str) -> None:
        async with keyed_client(pace) as client:
            await post_once(client, url, content=CONTENT, headers=HEADERS, pace=pace)

    with full() as url, pytest.raises(ProviderBusy, match="ConnectTimeout"):
        asyncio.run(run(url))


def test_a_submit_that_waited_in_vain_for_a_free_connection_was_not_sent() -> None:
    async def run(url: str) -> None:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=5) as client:
            holding = asyncio.create_task(client.get(f"{url}/hold"))
            await asyncio.to_thread(held.wait)
            try:
                await post_once(client, url, content=CONTENT, headers=HEADERS, pace=PACE)
            finally:
                holding.cancel()
                await asyncio.wait([holding])

    held = threading.Event()
    with answering(Answer(fault="silence")) as server:
        watch = threading.Thread(target=lambda: (_until(lambda: len(server.asked) == 1), held.set()))
        watch.start()
        with pytest.raises(ProviderBusy, match="PoolTimeout"):
            asyncio.run(run(server.url))
        watch.join()
    assert [seen.target for seen in server.asked] == ["/hold"]


def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        threading.Event().wait(0.005)


@pytest.mark.parametrize("status", [425, 429])
@pytest.mark.parametrize(("given", "seconds"), [({}, None), ({"Retry-After": "7"}, 7.0)])
def test_not_now_is_no_acceptance(status: int, given: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(ProviderBusy, match=str(status)) as error:
        posted(Answer(status, {"detail": "later"}, given))
    assert error.value.retry_after_seconds == seconds


# Handed back: a verdict, read by each provider


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 406, 410, 413, 415, 418, 422, 451, 499])
def test_other_4xx_are_answered(status: int) -> None:
    response, server = posted(Answer(status, {"detail": "no"}))
    assert response.status_code == status
    assert len(server.asked) == 1


def test_a_504_of_our_own_time_to_start_is_answered() -> None:
    response, _ = posted(Answer(504, {"detail": "timeout"}, {"X-Fal-Request-Timeout-Type": "user"}))
    assert response.status_code == 504


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_a_key_and_a_body(status: int) -> None:
    with answering() as elsewhere:
        response, server = posted(Answer(status, b"", {"Location": f"{elsewhere.url}/taken"}))
        assert response.status_code == status
    assert len(server.asked) == 1
    assert elsewhere.asked == []


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_accepted_submit_is_answered_with_what_was_sent_once(status: int) -> None:
    response, server = posted(Answer(status, {"request_id": "R1"}))
    (seen,) = server.asked
    assert json_of(response) == {"request_id": "R1"}
    assert (seen.method, seen.json, seen.headers["authorization"]) == ("POST", CONTENT, f"Key {KEY}")


# Perhaps accepted: never sent again


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_lost_answer_leaves_the_outcome_unknown(fault: Fault) -> None:
    with pytest.raises(OutcomeUnknown) as error:
        posted(Answer(200, {"request_id": "R1"}, fault=fault))
    assert tells_no_secret(error.value)


@pytest.mark.parametrize("status", [303, 408, 409, 500, 501, 502, 503, 504, 507, 520, 522, 524, 599])
def test_a_status_that_tells_nothing_leaves_the_outcome_unknown(status: int) -> None:
    with pytest.raises(OutcomeUnknown, match=str(status)) as error:
        posted(Answer(status, b"<html>nginx</html>", {"Retry-After": "1"}))
    assert tells_no_secret(error.value)


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 2"])
def test_what_is_no_http_leaves_the_outcome_unknown(raw: bytes) -> None:
    class Raw(Answer):
        def raw(self) -> bytes:
            return raw

    with pytest.raises(OutcomeUnknown):
        posted(Raw())


def test_what_cannot_be_unpacked_leaves_the_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown, match="DecodingError"):
        posted(Answer(200, b"no gzip", {"Content-Encoding": "gzip"}))


LARGE = {"image_url": "data:image/png;base64," + "A" * 20_000_000}


def test_a_body_that_nobody_takes_leaves_the_outcome_unknown() -> None:
    with deaf(accepts=1) as url, pytest.raises(OutcomeUnknown, match="WriteTimeout"):
        asyncio.run(post(url, content=LARGE))


def test_a_connection_that_breaks_in_the_middle_of_the_body_leaves_the_outcome_unknown() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)

        def take_some_and_reset() -> None:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=take_some_and_reset)
        thread.start()
        with pytest.raises(OutcomeUnknown):
            asyncio.run(post(f"http://127.0.0.1:{server.getsockname()[1]}", content=LARGE))
        thread.join()


def test_a_submit_that_is_stopped_was_sent_once() -> None:
    async def run(url: str) -> None:
        posting = asyncio.create_task(post(url))
        await asyncio.to_thread(_until, lambda: len(server.asked) == 1)
        posting.cancel()
        await posting

    with answering(Answer(fault="silence")) as server, pytest.raises(asyncio.CancelledError):
        asyncio.run(run(server.url))
    assert len(server.asked) == 1


# What is told on the way


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    points: list[str] = []
    monkeypatch.setattr(progress, "_milestones", [points.append])
    return points


def test_milestones_tell_that_a_submit_is_out_and_that_its_answer_begins(heard: list[str]) -> None:
    posted(ACCEPTED)
    assert heard == ["posted", "answered"]


def test_a_submit_without_an_answer_is_told_as_posted_alone(heard: list[str]) -> None:
    with pytest.raises(OutcomeUnknown):
        posted(Answer(fault="drop"))
    assert heard == ["posted"]


def test_a_submit_that_never_left_is_not_told(heard: list[str]) -> None:
    with answering() as server:
        pass
    with pytest.raises(ProviderBusy):
        asyncio.run(post(server.url))
    assert heard == []


def test_what_is_merely_asked_is_no_milestone(heard: list[str]) -> None:
    with answering(ACCEPTED) as server:
        asked(server.url)
    assert heard == []


def test_no_log_tells_a_key_or_a_signature(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    posted(ACCEPTED)
    with answering(Answer(500), Answer(fault="drop"), ACCEPTED) as server:
        asked(f"{server.url}/status?{SIGNATURE}")
    assert "/submit" in caplog.text
    assert tells_no_secret(caplog.text)
