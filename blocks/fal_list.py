"""fal's list of an account's requests: where a job is found whose submit was lost sight of.

Source: fal, platform APIs, "List requests by endpoint". It is sorted by the end of the requests, and may lack those
that still run.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from blocks.polled_provider import id_in
from longtake.frozen import Frozen
from longtake.providers import Lookup, Ticket
from longtake.providers.wire import json_of

PAGE = 100
MOST_PAGES = 50
HEAD_PAGES = 3
CLOCKS_DIFFER_SECONDS = 600.0

Page = Callable[[str], Awaitable[httpx.Response]]
"""Asks the account's platform for a path."""


class Wanted(Frozen):
    """The job that is looked for."""

    job_id: str
    endpoint: str
    submitted_at: float
    submit_lasts_seconds: float

    def is_sent_as(self, item: dict[str, Any]) -> bool | None:
        """Whether a request of the list is this job; None when that cannot be seen.

        Ours is known by the file name of its sound. Without its inputs, its time alone can tell that it is not ours.
        """
        if item.get("endpoint_id", self.endpoint) != self.endpoint:
            return False
        sent = item.get("json_input")
        audio_url = sent.get("audio_url") if isinstance(sent, dict) else None
        if isinstance(audio_url, str):
            return names_job(audio_url, self.job_id)
        sent_at = _seconds_of(item.get("sent_at"))
        if sent_at is None:
            return None
        earliest = self.submitted_at - CLOCKS_DIFFER_SECONDS
        latest = self.submitted_at + self.submit_lasts_seconds + CLOCKS_DIFFER_SECONDS
        return None if earliest <= sent_at <= latest else False


async def find_in_list(page: Page, wanted: Wanted) -> Lookup:
    """Look through the whole list. Absent is said only of a list that was understood to its end."""
    is_sure = True
    async for items in _pages(page, _words_of(wanted), MOST_PAGES):
        if items is None:
            return Lookup(answer="cannot tell")
        for item in items:
            is_ours = wanted.is_sent_as(item) if isinstance(item, dict) else None
            is_sure = is_sure and is_ours is not None
            request_id = id_in(item.get("request_id")) if is_ours else None
            if request_id:
                return Lookup(answer="found", ticket=Ticket(request_id=request_id, endpoint=wanted.endpoint))
            is_sure = is_sure and not is_ours
    return Lookup(answer="absent" if is_sure else "cannot tell")


async def is_listed_as_failed(page: Page, ticket: Ticket) -> bool:
    """Whether the head of the list, where a job stands that has just ended, says that this one ended with a 5xx."""
    words = {"endpoint_id": ticket.endpoint, "limit": str(PAGE)}
    async for items in _pages(page, words, HEAD_PAGES):
        for item in items or ():
            if isinstance(item, dict) and id_in(item.get("request_id")) == ticket.request_id:
                code = item.get("status_code")
                return isinstance(code, int) and code >= 500
    return False


def _words_of(wanted: Wanted) -> dict[str, str]:
    start = datetime.datetime.fromtimestamp(wanted.submitted_at - CLOCKS_DIFFER_SECONDS, datetime.UTC)
    return {
        "endpoint_id": wanted.endpoint,
        "expand": "payloads",
        "start": start.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "limit": str(PAGE),
    }


async def _pages(page: Page, words: dict[str, str], most: int) -> AsyncIterator[list[Any] | None]:
    """The list, page by page; None, as the last, when its rest cannot be read."""
    for _ in range(most):
        response = await page(f"/v1/models/requests/by-endpoint?{urlencode(words)}")
        body = json_of(response)
        items, cursor, has_more = body.get("items"), body.get("next_cursor"), body.get("has_more")
        if not response.is_success or not isinstance(items, list):
            break
        yield items
        if not cursor and not has_more:
            return
        if not isinstance(cursor, str) or cursor == words.get("cursor"):
            break
        words["cursor"] = cursor
    yield None


def names_job(audio_url: str, job_id: str) -> bool:
    """Whether the file name of a sound holds a job's id: at the end of its path, or behind its `#`."""
    try:
        parts = urlsplit(audio_url)
    except ValueError:
        return False
    return job_id in parts.path.rsplit("/", 1)[-1] or job_id in parts.fragment


def _seconds_of(moment: object) -> float | None:
    """A time in ISO 8601 as seconds since 1970."""
    if not isinstance(moment, str):
        return None
    try:
        read = datetime.datetime.fromisoformat(moment)
        return (read if read.tzinfo else read.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
