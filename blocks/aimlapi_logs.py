"""AIML API's log of requests: the one place where a submit whose answer was lost can be found again.

Source: AIML API, "Usage Logs" (GET /v2/logs). The ledger of charges (GET /v2/billing/transactions) does not hold the
id that we send, so it can find nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from blocks.aimlapi_answers import micro_usd
from blocks.polled_provider import id_in
from longtake.models import Offer
from longtake.providers import Lookup, Ticket
from longtake.providers.wire import json_of

PATH = "/v2/logs"
PAGE_ROWS = 100
MOST_PAGES = 100
"""Below the 200 requests a minute that the log allows. A longer list is not read to its end."""

LONGEST_WINDOW_HOURS = 92 * 24
_LISTS = ("data", "items", "logs")
_IDS = ("inference_id", "generation_id", "id")

Row = dict[str, Any]
Get = Callable[[str, dict[str, str]], Awaitable[httpx.Response]]
Knows = Callable[[Ticket], Awaitable[bool]]
CANNOT_TELL = Lookup(answer="cannot tell")


async def find_in_logs(get: Get, knows: Knows, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
    """The job whose submit carried `submission_id`; "absent" only when the log was read to its end and understood.

    A row without any caller's id could be ours, if the log had lost it: then nobody can tell.
    """
    rows = await _rows_since(get, submitted_at)
    if rows is None:
        return CANNOT_TELL
    ours = [row for row in rows if row.get("client_request_id") == submission_id]
    for row in sorted(ours, key=lambda row: row.get("status") == "failed"):
        ticket = await _ticket_of(row, knows, offer)
        if ticket:
            return Lookup(answer="found", ticket=ticket, price_micro_usd=_price_of(row))
    if ours:
        return Lookup(answer="absent") if all(_ended_unpaid(row) for row in ours) else CANNOT_TELL
    return CANNOT_TELL if any(_may_be_ours(row, offer) for row in rows) else Lookup(answer="absent")


async def _rows_since(get: Get, submitted_at: float) -> list[Row] | None:
    """All rows since an hour before the submit; None when the list was refused, not understood or too long.

    Rows come newest first, so those that are added meanwhile repeat some and hide none.
    """
    hours = math.ceil(max(0.0, time.time() - submitted_at) / 3600) + 1
    if hours > LONGEST_WINDOW_HOURS:
        return None
    rows: list[Row] = []
    for _ in range(MOST_PAGES):
        params = {"period": f"{hours}h", "limit": str(PAGE_ROWS), "offset": str(len(rows))}
        response = await get(PATH, params)
        body = json_of(response) if response.is_success else {}
        page = next((body[name] for name in _LISTS if isinstance(body.get(name), list)), None)
        if page is None or not all(_is_understood(row) for row in page):
            return None
        rows += page
        if not page or _is_last(body, len(rows)):
            return None if _says_more(body) else rows
    return None


def _is_understood(row: object) -> bool:
    return isinstance(row, dict) and "client_request_id" in row


def _pagination(body: Row) -> Row:
    found = body.get("pagination")
    return found if isinstance(found, dict) else body


def _says_more(body: Row) -> bool:
    return _pagination(body).get("has_more") is True


def _is_last(body: Row, seen: int) -> bool:
    """By `has_more`, else by `total`; without either an empty page alone is the end."""
    has_more, total = _pagination(body).get("has_more"), _pagination(body).get("total")
    if isinstance(has_more, bool):
        return not has_more
    return isinstance(total, int) and seen >= total


async def _ticket_of(row: Row, knows: Knows, offer: Offer) -> Ticket | None:
    """The job of a row, if the provider knows it. An id that a submit answered ends in `:` and the model's name."""
    for name in _IDS:
        found = id_in(row.get(name))
        if found is None:
            continue
        for request_id in dict.fromkeys((found, f"{found}:{offer.endpoint}")):
            ticket = Ticket(request_id=request_id, endpoint=offer.endpoint)
            if await knows(ticket):
                return ticket
    return None


def _price_of(row: Row) -> int | None:
    cost = row.get("cost")
    return micro_usd(cost.get("usd"), cost.get("credits")) if isinstance(cost, dict) else None


def _ended_unpaid(row: Row) -> bool:
    """A failed request is billed nothing, and its cost is zero."""
    cost = row.get("cost")
    is_free = isinstance(cost, dict) and cost.get("usd") == 0 and cost.get("credits") == 0
    return row.get("status") == "failed" and is_free


def _may_be_ours(row: Row, offer: Offer) -> bool:
    """Whether it names no caller's id and may have been a submit of this model."""
    if row.get("client_request_id") or row.get("origin") == "playground":
        return False
    model, vendor = row.get("model"), offer.endpoint.split("/")[0]
    return not isinstance(model, str) or "/" not in model or model.startswith(f"{vendor}/")
