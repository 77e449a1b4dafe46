"""HTTP as all providers need it: a submit goes out once, what is safe is asked again, all within a time."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import httpx
import tenacity

from longtake import progress
from longtake.errors import OutcomeUnknown, ProviderBusy
from longtake.providers.bounded import MOST_ANSWER_BYTES, AnswerTooLong, BoundedClient
from longtake.providers.pace import Pace
from longtake.providers.patience import patience_left_seconds
from longtake.providers.quiet import keep_queries_out_of_logs

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request did not leave this machine."""

NOT_NOW = frozenset({408, 409, 425, 429})
"""Answers, beside all of 500 and above, after which a request that is safe to repeat is worth repeating."""

LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)
"""Servers close idle connections after five seconds or later. A submit on one that closes just then would be lost."""

LONGEST_RETRY_SECONDS = 30.0
LONGEST_RETRY_AFTER_SECONDS = 300.0
_SEND_ENDED = "send_request_body.complete"
_ANSWER_BEGAN = "receive_response_headers.complete"


def keyed_client(pace: Pace, *, most_answer_bytes: int = MOST_ANSWER_BYTES) -> httpx.AsyncClient:
    """A client for requests with a key. It follows no redirect: the key is for one host alone."""
    keep_queries_out_of_logs()
    timeout = httpx.Timeout(pace.read_timeout_seconds, connect=pace.connect_timeout_seconds)
    return BoundedClient(
        timeout=timeout, follow_redirects=False, verify=_trust(), limits=LIMITS, most_answer_bytes=most_answer_bytes
    )


def media_client(pace: Pace, *, most_answer_bytes: int = MOST_ANSWER_BYTES) -> httpx.AsyncClient:
    """A client for media, on any host, without a key."""
    keep_queries_out_of_logs()
    timeout = httpx.Timeout(pace.read_timeout_seconds, connect=pace.connect_timeout_seconds)
    return BoundedClient(timeout=timeout, follow_redirects=True, verify=_trust(), most_answer_bytes=most_answer_bytes)


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than all else about a client."""
    return httpx.create_ssl_context()


async def post_once(
    client: httpx.AsyncClient,
    url: str,
    *,
    content: Mapping[str, Any],
    headers: Mapping[str, str],
    pace: Pace,
    busy_is_answered: bool = False,
) -> httpx.Response:
    """POST what may cost money, exactly once. Answers a 2xx, or a 4xx that says it was surely not accepted.

    Raises ProviderBusy when it was not accepted and may be later, OutcomeUnknown when nobody can tell: so it is after
    `pace.submit_lasts_seconds`. A redirect (other than 303) is answered too: the request was handed back. So are 425
    and 429 by `busy_is_answered`, for who says there that no money is left.
    """
    timeout = httpx.Timeout(pace.submit_timeout_seconds, connect=pace.connect_timeout_seconds)
    try:
        async with asyncio.timeout(pace.submit_lasts_seconds):
            response = await client.post(
                url, json=dict(content), headers=dict(headers), timeout=timeout, extensions={"trace": _tell_milestones}
            )
    except TimeoutError as error:
        raise OutcomeUnknown(
            f"{host_of(url)} gave no whole answer to a submit in {pace.submit_lasts_seconds:g} s"
        ) from error
    except NEVER_SENT as error:
        raise ProviderBusy(f"{host_of(url)} cannot be reached: {reason_of(error)}") from error
    except httpx.RequestError as error:
        raise OutcomeUnknown(f"{host_of(url)} gave no whole answer to a submit: {reason_of(error)}") from error
    status = response.status_code
    if status in (425, 429) and not busy_is_answered:
        raise ProviderBusy(f"{host_of(url)} answered {status}", retry_after_seconds=retry_after_seconds(response))
    user_timeout = status == 504 and response.headers.get("X-Fal-Request-Timeout-Type", "").lower() == "user"
    if status in (303, 408, 409) or (status >= 500 and not user_timeout):
        raise OutcomeUnknown(f"{host_of(url)} answered a submit with {status}")
    return response


async def _tell_milestones(event: str, _: Mapping[str, Any]) -> None:
    """httpcore's own events, of HTTP/1.1 or HTTP/2 alike."""
    if event.endswith(_SEND_ENDED):
        progress.reach("posted")
    elif event.endswith(_ANSWER_BEGAN):
        progress.reach("answered")


async def ask(
    request: Callable[[], Awaitable[httpx.Response]],
    pace: Pace,
    *,
    for_json: bool = False,
    lasts_seconds: float | None = None,
) -> httpx.Response:
    """Make a request that is safe to repeat, until it is answered by anything but "not now".

    A success without the JSON object that is asked for, by `for_json`, is no answer: something between us and the
    provider gave it. Each attempt lasts `pace.answer_lasts_seconds`, or as long as is said. Honours Retry-After up to
    five minutes. Raises ProviderBusy after `pace.attempts`, or when the caller's `patience` is over; TooLong at once.
    """
    return await retrying(pace)(_answered, request, for_json, lasts_seconds or pace.answer_lasts_seconds)


class TooLong(ProviderBusy):
    """An answer that is too long to be read. It would be so again."""


async def _answered(
    request: Callable[[], Awaitable[httpx.Response]], for_json: bool, lasts_seconds: float
) -> httpx.Response:
    seconds = min(lasts_seconds, patience_left_seconds())
    try:
        async with asyncio.timeout(seconds):
            response = await request()
    except TimeoutError as error:
        raise ProviderBusy(f"the provider gave no whole answer in {seconds:g} s") from error
    except httpx.RequestError as error:
        host = error._request.url.host if error._request else "the provider"
        kind = TooLong if isinstance(error, AnswerTooLong) else ProviderBusy
        raise kind(f"{host} gave no answer: {reason_of(error)}") from error
    except httpx.StreamError as error:
        raise ProviderBusy(f"the provider gave no answer: {type(error).__name__}") from error
    if is_not_now(response.status_code):
        raise ProviderBusy(
            f"{response.url.host} answered {response.status_code}", retry_after_seconds=retry_after_seconds(response)
        )
    if for_json and response.is_success and _json_object(response) is None:
        raise ProviderBusy(f"{response.url.host} answered {response.status_code}, and no JSON")
    return response


def is_not_now(status: int) -> bool:
    """Whether a status tells of trouble that may pass: nothing of a job can be read from it."""
    return status in NOT_NOW or status >= 500


def retrying(pace: Pace) -> tenacity.AsyncRetrying:
    """Repeats what raises ProviderBusy, up to `pace.attempts` in all, and while the caller's `patience` lasts.

    Each wait is longer than the one before, or as long as was asked, if that is longer still.
    """
    growing = tenacity.wait_exponential(multiplier=pace.retry_seconds, max=LONGEST_RETRY_SECONDS)
    backoff = growing + tenacity.wait_random(0, pace.retry_seconds)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, ProviderBusy) else None
        return max(backoff(state), min(asked or 0.0, LONGEST_RETRY_AFTER_SECONDS))

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= pace.attempts or state.upcoming_sleep >= patience_left_seconds()

    def is_worth_it(error: BaseException) -> bool:
        return isinstance(error, ProviderBusy) and not isinstance(error, TooLong)

    return tenacity.AsyncRetrying(
        stop=stop,
        wait=wait,
        retry=tenacity.retry_if_exception(is_worth_it),
        reraise=True,
    )


def retry_after_seconds(response: httpx.Response) -> float | None:
    """What Retry-After asks for, as seconds or as a date; None without it."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(text)
        when = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)  # "-0000" says: UTC, of no known zone
        return max(0.0, (when - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def json_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object that an answer holds; empty for anything else."""
    return _json_object(response) or {}


def _json_object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        found = response.json()
    except (ValueError, RecursionError):  # no JSON, no text, a number of too many digits, or nested too deep
        return None
    return found if isinstance(found, dict) else None


def host_of(url: str) -> str:
    """The host of an address, which may be told where the address may not."""
    return httpx.URL(url).host


def reason_of(error: Exception) -> str:
    """The kind of a fault, and its words where they tell more; httpx's words name no address."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
