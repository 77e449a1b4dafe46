"""Fetching a file from the web: streamed, up to a size, tried again, and without a word of what signs its address."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import tenacity

from longtake import __version__
from longtake.errors import BadInput
from longtake.providers.pace import Pace
from longtake.providers.quiet import keep_queries_out_of_logs
from longtake.providers.wire import is_not_now, retry_after_seconds
from longtake.remote.hosts import check_host, refuse
from longtake.remote.uris import has_secret, shown

MOST_REDIRECTS = 5
LONGEST_FETCH_SECONDS = 3600.0
"""For one file, with all attempts: a server that sends a byte now and then would hold a run up for ever."""

LONGEST_RETRY_SECONDS = 30.0
LONGEST_RETRY_AFTER_SECONDS = 60.0
_HINTS = {
    401: "It asks for a password, which is not sent. Use a public or a signed address.",
    403: "Use a public or a signed address; a signature may have expired.",
    404: "Check the address.",
    410: "Check the address.",
}


class _NotYet(Exception):
    """The server could not answer just now."""

    def __init__(self, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class Web:
    """What is fetched over http(s). Redirects are followed unless the address may be signed; no password is sent."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        keep_queries_out_of_logs()
        timeout = httpx.Timeout(pace.read_timeout_seconds, connect=pace.connect_timeout_seconds)
        headers = {"User-Agent": f"longtake/{__version__}", "Accept-Encoding": "identity"}
        self._client = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fetch(self, uri: str, target: Path, most_bytes: int) -> str:
        """Fetch the file to `target`; answers the media type that its server tells. Raises BadInput."""
        give_up = self._clock() + LONGEST_FETCH_SECONDS
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._pace.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_NotYet),
            reraise=True,
        )
        try:
            return trying(self._follow, uri, target, most_bytes, give_up)
        except _NotYet as error:
            raise BadInput(f"{shown(uri)} {error}.", hint="Try again later, or name a file.") from None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _NotYet) and error.retry_after_seconds is not None:
            return min(error.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS)
        return tenacity.wait_exponential(multiplier=self._pace.retry_seconds, max=LONGEST_RETRY_SECONDS)(state)

    def _follow(self, uri: str, target: Path, most_bytes: int, give_up: float) -> str:
        at = uri
        for _ in range(MOST_REDIRECTS + 1):
            next_uri = self._ask(at, target, most_bytes, give_up)
            if not isinstance(next_uri, _Elsewhere):
                return next_uri
            at = _next(at, next_uri.uri, uri)
        raise BadInput(f"{shown(uri)} redirects more than {MOST_REDIRECTS} times.", hint="Check the address.")

    def _ask(self, uri: str, target: Path, most_bytes: int, give_up: float) -> str | _Elsewhere:
        told = shown(uri)
        try:
            url = httpx.URL(uri)
            if not url.host:
                raise httpx.InvalidURL("no host")
            check_host(url.host, url.port, told)
            with self._client.stream("GET", url) as response:
                _check_peer(response, told)
                if response.has_redirect_location:
                    return _Elsewhere(response.headers["Location"])
                _check_status(response, told)
                self._save(response, target, most_bytes, give_up, told)
                return str(response.headers.get("Content-Type", ""))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise BadInput(f"{told} is no address.", hint="One is https://example.com/portrait.png.") from None
        except httpx.RequestError as error:
            raise _NotYet(f"cannot be fetched: {type(error).__name__}") from None

    def _save(self, response: httpx.Response, target: Path, most_bytes: int, give_up: float, told: str) -> None:
        """httpx itself notices a body that ends before its Content-Length."""
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > most_bytes:
            raise too_large(told, most_bytes)
        size = 0
        with target.open("wb") as file:
            for block in response.iter_bytes():
                size += len(block)
                if size > most_bytes:
                    raise too_large(told, most_bytes)
                if self._clock() > give_up:
                    raise BadInput(f"{told} takes more than an hour to come.", hint="Download it, and name the file.")
                file.write(block)


class _Elsewhere:
    """Where a redirect leads."""

    def __init__(self, uri: str) -> None:
        self.uri = uri


def _next(at: str, location: str, first: str) -> str:
    """The address that a redirect leads to, if it may be followed."""
    if has_secret(first):
        raise BadInput(
            f"{shown(first)} redirects, and an address with a query is not followed: it may be signed for one host.",
            hint="Use the address that it leads to.",
        )
    uri = urljoin(at, location)
    scheme = urlsplit(uri).scheme.lower()
    if scheme not in ("http", "https") or (scheme == "http" and urlsplit(at).scheme.lower() == "https"):
        raise BadInput(f"{shown(first)} redirects to {scheme or 'nothing'}, which is not followed.")
    return uri


def _check_peer(response: httpx.Response, told: str) -> None:
    """A name may have led elsewhere since it was looked up. Nothing was read from there yet."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    if peer:
        refuse(str(peer[0]), told)


def _check_status(response: httpx.Response, told: str) -> None:
    status = response.status_code
    if is_not_now(status):
        raise _NotYet(f"answers {status}", retry_after_seconds(response))
    if status != httpx.codes.OK:
        raise BadInput(f"{told} answers {status}.", hint=_HINTS.get(status, "Check the address."))


def too_large(told: str, most_bytes: int) -> BadInput:
    """The error for a file that is larger than its kind may be."""
    return BadInput(f"{told} is larger than {most_bytes / 1e6:,.0f} MB.", hint="Use a smaller file.")
