"""Nothing that is asked goes on for ever or fills the memory, whatever drips or pours out of a server."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest

from longtake.errors import OutcomeUnknown, ProviderBusy
from longtake.providers.bounded import MOST_ANSWER_BYTES
from longtake.providers.patience import patience, patience_left_seconds
from longtake.providers.wire import TooLong, ask, keyed_client, post_once, retrying
from tests.providers.answering import Answer, answering
from tests.providers.fal import TICKET, submission, told
from tests.providers.gateways import PACE

T = TypeVar("T")

SHORT = PACE.model_copy(
    update={"connect_timeout_seconds": 0.1, "submit_timeout_seconds": 0.2, "read_timeout_seconds": 0.2}
)
ONCE = SHORT.model_copy(update={"attempts": 1})
FOR_EVER = Answer(200, fault="drip")
TOO_MUCH = b'{"status": "IN_QUEUE"}' + b" " * MOST_ANSWER_BYTES
DONE = {"status": "COMPLETED"}


def run(act: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    async def inner() -> T:
        async with keyed_client(SHORT) as client:
            return await act(client)

    return asyncio.run(inner())


def test_a_submit_whose_answer_drips_is_unknown_when_its_time_is_over() -> None:
    with answering(FOR_EVER) as server, pytest.raises(OutcomeUnknown, match=r"no whole answer to a submit in 0\.5 s"):
        run(lambda client: post_once(client, server.url, content={}, headers={}, pace=SHORT))


def test_a_submit_whose_answer_is_too_long_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        told(lambda provider: provider.submit(submission()), Answer(200, TOO_MUCH))


def test_a_question_whose_answer_drips_is_asked_again() -> None:
    with answering(FOR_EVER, Answer(200, DONE)) as server:
        assert run(lambda client: ask(lambda: client.get(server.url), SHORT)).json() == DONE
    with answering(FOR_EVER) as server, pytest.raises(ProviderBusy, match=r"no whole answer in 0\.5 s"):
        run(lambda client: ask(lambda: client.get(server.url), ONCE))


def test_a_question_may_last_as_long_as_is_said() -> None:
    with answering(FOR_EVER) as server, pytest.raises(ProviderBusy, match=r"no whole answer in 0\.05 s"):
        run(lambda client: ask(lambda: client.get(server.url), ONCE, lasts_seconds=0.05))


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_that_is_too_long_is_not_read_and_not_asked_for_again(is_packed: bool, status: int) -> None:
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    answer = Answer(status, gzip.compress(TOO_MUCH) if is_packed else TOO_MUCH, headers)
    with answering(answer) as server, pytest.raises(TooLong, match="more than 8 MiB"):
        run(lambda client: ask(lambda: client.get(server.url), SHORT))


def test_an_answer_that_is_just_short_enough_is_read_packed_or_not() -> None:
    body = TOO_MUCH[:MOST_ANSWER_BYTES]
    for answer in (Answer(200, body), Answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})):
        with answering(answer) as server:
            response = run(lambda client, url=server.url: ask(lambda: client.get(url), SHORT))  # type: ignore[misc]  # mypy cannot infer the lambda
            assert response.content == body
            assert response.json() == {"status": "IN_QUEUE"}


def test_a_log_without_end_does_not_hide_how_far_the_job_is() -> None:
    status, server = told(lambda provider: provider.status(TICKET), Answer(200, TOO_MUCH), Answer(200, DONE))
    assert status.phase == "done"
    assert [asked.target.partition("?")[2] for asked in server.asked] == ["logs=1", ""]


# Patience


def attempts(seconds: float | None, *errors: ProviderBusy) -> int:
    """How often is tried what always fails, with that much patience."""
    made: list[ProviderBusy] = []

    async def fail() -> None:
        made.append(errors[min(len(made), len(errors) - 1)])
        raise made[-1]

    async def inner() -> None:
        if seconds is None:
            await retrying(PACE)(fail)
        with patience(seconds or 0):
            await retrying(PACE)(fail)

    with pytest.raises(ProviderBusy):
        asyncio.run(inner())
    return len(made)


def test_a_repeat_that_would_come_after_the_callers_patience_is_not_waited_for() -> None:
    began = time.monotonic()
    assert attempts(100.0, ProviderBusy("busy", retry_after_seconds=300)) == 1
    assert attempts(0.0, ProviderBusy("busy")) == 1
    assert attempts(100.0, ProviderBusy("busy")) == attempts(None, ProviderBusy("busy")) == PACE.attempts
    assert time.monotonic() - began < 100


def test_an_answer_that_drips_is_not_waited_for_beyond_the_callers_patience() -> None:
    async def act(client: httpx.AsyncClient) -> Any:
        with patience(0.1):
            return await ask(lambda: client.get(server.url), PACE)

    with answering(FOR_EVER) as server, pytest.raises(ProviderBusy):
        run(act)


def test_a_submit_is_waited_for_all_the_same() -> None:
    async def act(client: httpx.AsyncClient) -> httpx.Response:
        with patience(0.0):
            return await post_once(client, server.url, content={}, headers={}, pace=SHORT)

    with answering(Answer(200, DONE)) as server:
        assert run(act).json() == DONE


def test_an_inner_patience_never_lengthens_an_outer_one_and_ends() -> None:
    assert patience_left_seconds() == float("inf")
    with patience(50):
        with patience(100):
            assert 40 < patience_left_seconds() <= 50
        with patience(1):
            assert patience_left_seconds() <= 1
        assert 40 < patience_left_seconds() <= 50
    assert patience_left_seconds() == float("inf")
