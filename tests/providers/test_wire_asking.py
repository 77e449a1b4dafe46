"""Questions: what is safe to ask again is, until it is answered, no oftener and no sooner than was asked for."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
from collections.abc import Awaitable, Callable

import httpx
import pytest
import tenacity

from longtake.errors import ProviderBusy
from longtake.providers.wire import (
    LONGEST_RETRY_AFTER_SECONDS,
    ask,
    json_of,
    keyed_client,
    retry_after_seconds,
    retrying,
)
from tests.providers.answering import Answer, Fault, answering
from tests.providers.gateways import KEY, PACE, SIGNATURE, tells_no_secret

HEADERS = {"Authorization": f"Key {KEY}"}
ACCEPTED = Answer(200, {"request_id": "R1"})


def asked(make: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]], *, for_json: bool = False) -> httpx.Response:
    async def run() -> httpx.Response:
        async with keyed_client(PACE) as client:
            return await ask(lambda: make(client), PACE, for_json=for_json)

    return asyncio.run(run())


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 524])
def test_a_question_is_asked_again_until_it_is_answered(status: int) -> None:
    with answering(Answer(status), Answer(status), ACCEPTED) as server:
        assert asked(lambda client: client.get(server.url)).json() == ACCEPTED.body
    assert len(server.asked) == 3


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_question_survives_a_broken_connection(fault: Fault) -> None:
    with answering(Answer(200, {}, fault=fault), ACCEPTED) as server:
        assert asked(lambda client: client.get(server.url)).json() == ACCEPTED.body


def test_a_question_is_asked_so_often_and_no_more() -> None:
    with answering(*[Answer(503)] * PACE.attempts) as server, pytest.raises(ProviderBusy, match="503"):
        asked(lambda client: client.get(server.url))


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 410, 422])
def test_any_other_answer_is_taken_as_it_is(status: int) -> None:
    with answering(Answer(status, b"", {"Location": "http://127.0.0.1:1/"} if status == 302 else {})) as server:
        assert asked(lambda client: client.get(server.url)).status_code == status


@pytest.mark.parametrize("body", [b"", b"{", b"<html>Sign in</html>", b"[]"])
def test_a_success_without_the_json_that_was_asked_for_is_no_answer(body: bytes) -> None:
    with answering(Answer(200, body), ACCEPTED) as server:
        assert asked(lambda client: client.get(server.url), for_json=True).json() == ACCEPTED.body
    with answering(Answer(200, body)) as server:
        assert asked(lambda client: client.get(server.url)).content == body
    with answering(Answer(404, body)) as server:
        assert asked(lambda client: client.get(server.url), for_json=True).status_code == 404


def test_a_fault_names_the_host_alone() -> None:
    with answering(*[Answer(fault="drop")] * PACE.attempts) as server, pytest.raises(ProviderBusy) as error:
        asked(lambda client: client.get(f"{server.url}/status?{SIGNATURE}", headers=HEADERS))
    assert str(error.value).startswith("127.0.0.1 gave no answer: RemoteProtocolError")
    assert tells_no_secret(error.value)


LATER = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("0", 0, 0),
        ("7", 7, 7),
        (" 1.5 ", 1.5, 1.5),
        ("-3", 0, 0),
        pytest.param(email.utils.format_datetime(LATER, usegmt=True), 80_000, 86_400, id="tomorrow"),
        pytest.param(email.utils.format_datetime(LATER.replace(tzinfo=None)), 80_000, 86_400, id="tomorrow, no zone"),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("nan", 0, 0),
        ("inf", float("inf"), float("inf")),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, least: float, most: float) -> None:
    seconds = retry_after_seconds(httpx.Response(429, headers={"Retry-After": text}))
    assert seconds is not None
    assert least <= seconds <= most


HUGE_DATE = f"Wed, 21 Oct {10**30} 07:28:00 GMT"


@pytest.mark.parametrize("text", ["", "soon", "Wed, 99 Oct 2015 07:28:00 GMT", HUGE_DATE])
def test_any_other_retry_after_asks_for_nothing(text: str) -> None:
    assert retry_after_seconds(httpx.Response(429, headers={"Retry-After": text})) is None


def waited(attempt: int, asked_seconds: float | None) -> float:
    """How long is waited after an attempt."""
    again = retrying(PACE)
    state = tenacity.RetryCallState(again, None, (), {})
    state.attempt_number = attempt
    error = ProviderBusy("busy", retry_after_seconds=asked_seconds)
    state.set_exception((ProviderBusy, error, None))
    return float(again.wait(state))


def test_it_waits_as_long_as_was_asked_up_to_five_minutes_else_ever_longer() -> None:
    assert waited(1, 7.0) == waited(5, 7.0) == 7.0
    assert waited(1, 0.0) >= PACE.retry_seconds
    assert waited(3, 0.0) >= waited(3, -5.0) / 2 >= 2 * PACE.retry_seconds
    assert waited(1, 86_400.0) == waited(1, float("inf")) == LONGEST_RETRY_AFTER_SECONDS
    first, second, third = (PACE.retry_seconds * factor for factor in (1, 2, 4))
    assert first <= waited(1, None) <= second <= waited(2, None) <= 3 * first <= third <= waited(3, None)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"<html>"])
def test_what_is_no_json_object_is_empty(body: bytes) -> None:
    assert json_of(httpx.Response(200, content=body)) == {}
