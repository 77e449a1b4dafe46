"""Finding an AIML API job whose submit's answer was lost: in the log of requests, and never by guessing."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from blocks.aimlapi_client import AimlapiClient
from longtake.errors import ProviderBusy
from longtake.providers import Lookup
from tests.providers.answering import Answer, answering
from tests.providers.gateways import JOB_ID, KEY, PACE, offer_of, with_provider

INFERENCE = "3fdd5350-31b6-47e0-bb85-80ee2d970f73"
KNOWN = Answer(200, {"id": INFERENCE, "status": "generating"})
STRANGE = Answer(404, {"message": "Generation not found", "statusCode": "404"})


def row(client_request_id: str | None, **fields: Any) -> dict[str, Any]:
    """A row as "Usage Logs" documents it."""
    given = {
        "created": "2026-11-02T03:04:05.000Z",
        "status": "succeeded",
        "origin": "api",
        "model": "bytedance/omnihuman/v1.5",
        "cost": {"usd": 2.52, "credits": 5040000},
        "tokens": {"input": 0, "output": 0, "total": 0},
        "request_id": "req-1",
        "inference_id": INFERENCE,
        "client_request_id": client_request_id,
    }
    return given | fields


def page(*rows: dict[str, Any], has_more: bool = False, offset: int = 0, total: int | None = None) -> Answer:
    pagination = {"limit": 100, "offset": offset, "total": total or len(rows), "has_more": has_more}
    return Answer(200, {"data": list(rows), "pagination": pagination})


def find(*answers: Answer, hours_ago: float = 0.5) -> tuple[Lookup, list[str]]:
    """The answer, and the targets that were asked for."""
    with answering(*answers) as server:
        found = with_provider(
            lambda: AimlapiClient(SecretStr(KEY), server.url, PACE, None, in_progress_limit=2),
            lambda provider: provider.find(JOB_ID, offer_of("aimlapi"), time.time() - hours_ago * 3600),
        )
    assert all(asked.method == "GET" for asked in server.asked)
    assert all(asked.headers["authorization"] == f"Bearer {KEY}" for asked in server.asked)
    return found, [asked.target for asked in server.asked]


def test_the_row_with_our_id_leads_to_the_job_and_its_price() -> None:
    found, targets = find(page(row("other"), row(JOB_ID)), KNOWN)
    assert found.answer == "found"
    assert found.ticket is not None
    assert (found.ticket.request_id, found.ticket.endpoint) == (INFERENCE, "bytedance/omnihuman/v1.5")
    assert found.price_micro_usd == 2_520_000
    assert targets == [
        "/v2/logs?period=2h&limit=100&offset=0",
        f"/v2/video/generations?generation_id={INFERENCE}",
    ]


def test_an_id_is_also_tried_as_a_submit_answers_it() -> None:
    found, targets = find(page(row(JOB_ID)), STRANGE, KNOWN)
    assert found.ticket is not None
    assert found.ticket.request_id == f"{INFERENCE}:bytedance/omnihuman/v1.5"
    assert len(targets) == 3


def test_an_id_of_a_form_that_is_not_taken_is_no_fault() -> None:
    found, _ = find(page(row(JOB_ID)), Answer(400, {"message": "Invalid generation id", "statusCode": "400"}), KNOWN)
    assert found.answer == "found"


def test_a_gateways_page_hides_no_job() -> None:
    with pytest.raises(ProviderBusy):
        find(page(row(JOB_ID)), Answer(404, b"<html>"))


def test_a_job_that_failed_is_found_too() -> None:
    failed = Answer(200, {"status": "error", "error": {"message": "fell over"}})
    assert find(page(row(JOB_ID, status="failed", cost={"usd": 0, "credits": 0})), failed)[0].answer == "found"


def test_a_request_that_failed_before_it_was_a_job_is_absent() -> None:
    free = row(JOB_ID, status="failed", cost={"usd": 0, "credits": 0})
    assert find(page(free), STRANGE, STRANGE)[0] == Lookup(answer="absent")


def test_of_two_requests_with_our_id_the_accepted_one_counts() -> None:
    refused = row(JOB_ID, status="failed", cost={"usd": 0, "credits": 0}, inference_id="refused")
    found, targets = find(page(refused, row(JOB_ID)), KNOWN)
    assert found.ticket is not None
    assert found.ticket.request_id == INFERENCE
    assert len(targets) == 2


@pytest.mark.parametrize("fields", [{}, {"inference_id": None}, {"status": "failed"}])
def test_a_request_of_ours_that_leads_to_no_job_cannot_be_told(fields: dict[str, Any]) -> None:
    looks = [] if "inference_id" in fields else [STRANGE, STRANGE]
    assert find(page(row(JOB_ID, **fields)), *looks)[0].answer == "cannot tell"


def test_all_pages_are_read() -> None:
    first = page(*(row(f"other-{n}") for n in range(100)), has_more=True, total=130)
    second = page(*(row(f"more-{n}") for n in range(30)), offset=100, total=130)
    found, targets = find(first, second)
    assert found == Lookup(answer="absent")
    assert [dict(parse_qsl(urlsplit(target).query))["offset"] for target in targets] == ["0", "100"]


def test_a_row_on_a_later_page_is_found() -> None:
    first = page(*(row(f"other-{n}") for n in range(100)), has_more=True)
    assert find(first, page(row(JOB_ID)), KNOWN)[0].answer == "found"


@pytest.mark.parametrize(("hours_ago", "period"), [(0.5, "2h"), (30.5, "32h"), (2206.5, "2208h")])
def test_the_window_begins_an_hour_before_the_submit(hours_ago: float, period: str) -> None:
    _, targets = find(page(), hours_ago=hours_ago)
    assert dict(parse_qsl(urlsplit(targets[0]).query))["period"] == period


def test_what_is_older_than_the_log_reaches_cannot_be_told() -> None:
    assert find(hours_ago=2208)[0].answer == "cannot tell"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, {"message": "a malformed period"}),
        Answer(401, {"message": "no"}),
        Answer(403, {"message": "no"}),
        Answer(404, {"message": "no"}),
        Answer(302, b"", {"Location": "https://elsewhere.example/"}),
        Answer(200, {}),
        Answer(200, {"data": None}),
        Answer(200, {"data": {"rows": []}}),
        Answer(200, {"data": ["text"]}),
        Answer(200, {"data": [{"inference_id": "has no place for our id"}]}),
        page(has_more=True),
    ],
)
def test_a_list_that_is_not_understood_tells_nothing(answer: Answer) -> None:
    assert find(answer)[0].answer == "cannot tell"


def test_a_list_that_comes_broken_is_asked_for_again() -> None:
    assert find(Answer(200, b"<html>"), page(row("other")))[0].answer == "absent"


def test_a_page_that_is_missing_in_the_middle_tells_nothing() -> None:
    first = page(row("other"), has_more=True)
    assert find(first, Answer(200, {"error": "out of order"}))[0].answer == "cannot tell"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, "cannot tell"),
        ({"model": "bytedance/omnihuman-1-5"}, "cannot tell"),
        ({"model": "omnihuman-1.5"}, "cannot tell"),
        ({"model": None}, "cannot tell"),
        ({"model": "openai/gpt-5"}, "absent"),
        ({"origin": "playground"}, "absent"),
    ],
)
def test_a_row_that_lost_its_callers_id_may_be_ours(fields: dict[str, Any], answer: str) -> None:
    assert find(page(row(None, **fields)))[0].answer == answer


@pytest.mark.parametrize("name", ["data", "items", "logs"])
def test_a_list_by_another_name_and_without_pages_ends_with_an_empty_one(name: str) -> None:
    found, targets = find(Answer(200, {name: [row("other")]}), Answer(200, {name: []}))
    assert found.answer == "absent"
    assert len(targets) == 2


def test_a_total_ends_the_list_too() -> None:
    assert find(Answer(200, {"data": [row("other")], "total": 1}))[0].answer == "absent"


def test_not_now_is_asked_again_and_then_passed_on() -> None:
    assert find(Answer(429, {}), page())[0].answer == "absent"
    with pytest.raises(ProviderBusy):
        find(Answer(429, {}), Answer(503, {}), Answer(200, {}, fault="drop"))
