"""Answers that go wrong on the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from emulators.faults import Rule
from emulators.server import Cut, Response, html_response, json_response

FOREIGN_URL = "http://foreign.invalid/elsewhere"
_LOST: dict[str, Cut] = {"accept-then-drop": "drop", "rst-after": "reset", "rst-before": "reset", "half-body": "half"}

ErrorBody = Callable[[int, str], dict[str, Any]]


async def spoiled(rule: Rule, answer: Callable[[], Awaitable[Response]], error_body: ErrorBody) -> Response:
    """The answer as the rule spoils it. The request is done first where the rule says so."""
    honest = await answer() if rule.is_done else json_response({})
    if rule.fault in _LOST:
        return replace(honest, cut=_LOST[rule.fault])
    if rule.fault == "slow":
        return replace(honest, delay_seconds=rule.seconds)
    if rule.fault == "status-code":
        return _with_status(rule, error_body)
    return _OTHERS[rule.fault]


def _user_timeout() -> Response:
    body = {"detail": "Request timed out before it started", "error_type": "request_timeout"}
    headers = {"X-Fal-Request-Timeout-Type": "user", "X-Fal-Error-Type": "request_timeout"}
    return json_response(body, 504, headers)


_OTHERS = {
    "broken-json": Response(200, b'{"request_id": "', {"Content-Type": "application/json"}),
    "html": html_response("Welcome"),
    "redirect": Response(302, b"", {"Location": FOREIGN_URL}),
    "user-timeout": _user_timeout(),
}


def _with_status(rule: Rule, error_body: ErrorBody) -> Response:
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    if rule.status >= 500 and not rule.kind:
        page = html_response(f"{rule.status} {HTTPStatus(rule.status).phrase}", rule.status)
        return replace(page, headers={**page.headers, **headers})
    return json_response(error_body(rule.status, rule.kind), rule.status, headers)
