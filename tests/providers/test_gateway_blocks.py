"""The blocks of AIML API and Pixazo: where key, address and inputs come from, and that none of it is shown."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks.aimlapi import AimlapiProvider
from blocks.pixazo import PixazoProvider
from longtake.errors import SettingError
from longtake.providers import Inputs, Ticket
from tests.providers.answering import Answer, answering
from tests.providers.gateways import KEY, PACE, tells_no_secret, with_provider

BLOCKS = {
    "aimlapi": (AimlapiProvider, "AIML_API_KEY", "LONGTAKE_AIMLAPI_URL", "authorization", f"Bearer {KEY}"),
    "pixazo": (PixazoProvider, "PIXAZO_API_KEY", "LONGTAKE_PIXAZO_URL", "ocp-apim-subscription-key", KEY),
}
EACH = pytest.mark.parametrize("name", list(BLOCKS))
TICKET = Ticket(request_id="id", endpoint="model")
PENDING = Answer(200, {"status": "PROCESSING"})


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FAL_KEY", "LONGTAKE_INPUTS_BUCKET", *(v for _, *names, _, _ in BLOCKS.values() for v in names)):
        monkeypatch.delenv(name, raising=False)


class Elsewhere(Inputs):
    """A place that counts how often it was closed."""

    closed = 0

    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        return SecretStr(f"https://elsewhere.example/{name}")

    async def aclose(self) -> None:
        self.closed += 1


def looked_at(block: Any) -> None:
    with_provider(lambda: block.open(PACE), lambda provider: provider.status(TICKET))


@EACH
def test_key_and_address_come_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, key_variable, url_variable, header, sent = BLOCKS[name]
    with answering(PENDING) as server:
        monkeypatch.setenv(key_variable, f"  {KEY}\n")
        monkeypatch.setenv(url_variable, f"{server.url}/")
        looked_at(kind())
    assert server.asked[0].headers[header] == sent
    assert server.asked[0].target.startswith("/v2/")


@EACH
def test_the_blocks_own_fields_win(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, key_variable, url_variable, header, sent = BLOCKS[name]
    monkeypatch.setenv(key_variable, "another-key")
    monkeypatch.setenv(url_variable, "http://127.0.0.1:1")
    with answering(PENDING) as server:
        looked_at(kind(api_key=SecretStr(KEY), api_url=server.url))
    assert server.asked[0].headers[header] == sent


@EACH
def test_without_a_key_it_says_what_to_set(name: str) -> None:
    kind, key_variable, *_ = BLOCKS[name]
    with pytest.raises(SettingError, match=key_variable):
        kind().open(PACE)


@EACH
@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
def test_what_cannot_be_a_key_is_not_sent_and_not_told(name: str, key: str) -> None:
    kind, key_variable, *_ = BLOCKS[name]
    with pytest.raises(SettingError, match=key_variable) as error:
        kind(api_key=SecretStr(key)).open(PACE)
    assert key not in str(error.value)


@EACH
@pytest.mark.parametrize(
    "address",
    ["gateway.pixazo.ai", "ftp://host", "http://", "http://gateway.pixazo.ai", "http://localhost.evil.example"],
)
def test_what_is_no_address_is_refused(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, _, url_variable, *_ = BLOCKS[name]
    monkeypatch.setenv(url_variable, address)
    with pytest.raises(SettingError, match=url_variable):
        kind(api_key=SecretStr(KEY)).open(PACE)


@EACH
def test_the_default_address_is_the_providers(name: str) -> None:
    opened = BLOCKS[name][0](api_key=SecretStr(KEY)).open(PACE)
    assert opened._base_url == {"aimlapi": "https://api.aimlapi.com", "pixazo": "https://gateway.pixazo.ai"}[name]
    asyncio.run(opened.aclose())


@EACH
def test_the_limit_of_jobs_is_a_field(name: str) -> None:
    kind = BLOCKS[name][0]
    opened = kind(api_key=SecretStr(KEY), in_progress_limit=7).open(PACE)
    assert opened.in_progress_limit == 7
    asyncio.run(opened.aclose())
    with pytest.raises(ValidationError):
        kind(in_progress_limit=0)


@EACH
def test_the_block_shows_no_key(name: str) -> None:
    kind = BLOCKS[name][0]
    shown = kind(api_key=SecretStr(KEY))
    opened = shown.open(PACE)
    assert tells_no_secret(shown, opened, opened.account, shown.model_dump_json(), vars(opened))
    asyncio.run(opened.aclose())


@EACH
def test_inputs_that_are_given_are_used_and_stay_open(name: str) -> None:
    place = Elsewhere()
    opened = BLOCKS[name][0](api_key=SecretStr(KEY)).open(PACE, place)
    assert opened.inputs is place
    asyncio.run(opened.aclose())
    assert place.closed == 0


@EACH
def test_without_a_place_for_inputs_it_can_look_at_jobs_and_says_both_ways(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = BLOCKS[name][0](api_key=SecretStr(KEY)).open(PACE)
    with pytest.raises(SettingError, match=r"LONGTAKE_INPUTS_BUCKET.*FAL_KEY"):
        _ = opened.inputs
    monkeypatch.setenv("LONGTAKE_INPUTS_BUCKET", "a-bucket")
    assert opened.inputs is opened.inputs
    asyncio.run(opened.aclose())
