"""What surrounds a job's id in the answer to a submit, however odd, never loses the id: the job would be paid twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from blocks.aimlapi_answers import MOST_MICRO_USD, price_in
from blocks.aimlapi_client import AimlapiClient
from blocks.fal_requests import position_in
from blocks.pixazo_client import PixazoClient
from blocks.polled_provider import id_in, is_web_address, origin_of
from longtake.errors import OutcomeUnknown
from longtake.providers import Accepted
from longtake.providers.wire import json_of
from tests.providers.answering import Answer, answering
from tests.providers.fal import client as fal_client
from tests.providers.fal import submission as fal_submission
from tests.providers.gateways import KEY, PACE, submission, with_provider

CLIENTS: dict[str, tuple[str, Any]] = {
    "fal": ("request_id", fal_client),
    "aimlapi": ("id", lambda url: AimlapiClient(SecretStr(KEY), url, PACE, None, in_progress_limit=2)),
    "pixazo": ("request_id", lambda url: PixazoClient(SecretStr(KEY), url, PACE, None, in_progress_limit=2)),
}
EVERY = pytest.mark.parametrize("name", CLIENTS)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["9e999999", "-0", "1e-999999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["usage", "url"]), inner, max_size=3),
)


def submit(name: str, body: Any) -> Accepted:
    with answering(Answer(200, body)) as server:
        order = fal_submission() if name == "fal" else submission(name)
        accepted: Accepted = with_provider(
            lambda: CLIENTS[name][1](server.url), lambda provider: provider.submit(order)
        )
    return accepted


ODD_ADDRESSES = ["http://127.0.0.1:99999/x", "http://[::1/", "http://x:port/", "http://x/\ud800", "http://\x00", {}, 7]
ODD_PRICES = ["9e999999", "1e400", 1e308, 10**40, "-1", "NaN", "$2", [2], True]


@EVERY
@pytest.mark.parametrize("address", ODD_ADDRESSES)
def test_no_odd_address_loses_an_id(name: str, address: Any) -> None:
    fields = dict.fromkeys(("status_url", "polling_url", "response_url"), address)
    accepted = submit(name, {CLIENTS[name][0]: "R1", **fields, "queue_position": 10**400})
    assert (accepted.ticket.request_id, accepted.ticket.status_url, accepted.queue_position) == ("R1", None, None)


@pytest.mark.parametrize("price", ODD_PRICES)
def test_no_odd_price_loses_an_id(price: Any) -> None:
    for usage in ({"usd_spent": price}, {"credits_used": price}, {"tokens_used": price}, price):
        accepted = submit("aimlapi", {"id": "R1", "meta": {"usage": usage}})
        assert (accepted.ticket.request_id, accepted.price_micro_usd) == ("R1", None)


@EVERY
def test_an_id_may_be_a_number(name: str) -> None:
    assert submit(name, {CLIENTS[name][0]: 12345}).ticket.request_id == "12345"


@EVERY
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"id": %s}' % (b"9" * 5000), b"\xff\xfe{", {"id": "\ud800"}])
def test_an_answer_that_cannot_be_read_is_unknown(name: str, body: Any) -> None:
    given_body = body if isinstance(body, bytes) else {CLIENTS[name][0]: body["id"]}
    with pytest.raises(OutcomeUnknown, match="without a"):
        submit(name, given_body)


def test_credits_that_are_none_do_not_hide_the_tokens() -> None:
    for none in ("0", 0, None, "", "x"):
        assert price_in({"meta": {"usage": {"credits_used": none, "tokens_used": 5_040_000}}}) == 2_520_000


@given(JSON)
def test_no_field_of_an_answer_can_break_what_reads_it(value: Any) -> None:
    assert id_in(value) is None or str(value) == id_in(value)
    assert position_in({"queue_position": value}) in (None, value)
    assert is_web_address(value) in (True, False)
    for usage in ({"usd_spent": value}, {"credits_used": value, "tokens_used": value}, value):
        price = price_in({"meta": {"usage": usage}})
        assert price is None or 0 < price <= MOST_MICRO_USD
    assert price_in({"meta": value}) is None or isinstance(value, dict)


@given(st.text() | st.from_regex(r"https?://[^/]{0,9}:?[0-9]{0,6}/?.{0,4}"))
def test_no_address_can_break_what_reads_it(text: str) -> None:
    if is_web_address(text):
        assert origin_of(text) is not None


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_object_or_nothing(body: bytes) -> None:
    assert isinstance(json_of(httpx.Response(200, content=body)), dict)


def test_a_price_is_whole_micro_dollars_rounded_up() -> None:
    assert price_in({"meta": {"usage": {"usd_spent": str(Decimal("2.5200001"))}}}) == 2_520_001
