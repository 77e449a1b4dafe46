"""The block of a fal account: where its key and addresses come from, and that none of it is shown."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks.fal import FalProvider
from blocks.fal_client import FalClient
from blocks.inputs import inputs_from_environment
from flows.means.accounts import check_accounts
from longtake.costs import Spending
from longtake.errors import SettingError
from longtake.options import RenderOptions
from longtake.providers import Inputs
from tests.providers.answering import Answer, answering
from tests.providers.fal import ENDPOINT, QUEUED, TICKET, submission
from tests.providers.gateways import JOB_ID, KEY, PACE, offer_of, tells_no_secret, with_provider

KEY_VARIABLES = ("FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET")
URL_VARIABLES = ("LONGTAKE_FAL_QUEUE_URL", "LONGTAKE_FAL_REST_URL", "LONGTAKE_FAL_API_URL")
WAITING = Answer(202, QUEUED)


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEY_VARIABLES, *URL_VARIABLES, "LONGTAKE_INPUTS_BUCKET"):
        monkeypatch.delenv(name, raising=False)


def key_sent(block: FalProvider) -> str:
    with answering(WAITING) as server:
        block = block.model_copy(update={"queue_url": server.url})
        with_provider(lambda: block.open(PACE), lambda provider: provider.status(TICKET))
    return server.asked[0].headers["authorization"].removeprefix("Key ")


@pytest.mark.parametrize(
    ("environment", "own", "key"),
    [
        ({"FAL_KEY": " id:secret\n"}, None, "id:secret"),
        ({"FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret"}, None, "id:secret"),
        ({"FAL_KEY": "whole", "FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret"}, None, "whole"),
        ({"FAL_KEY": "", "FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret"}, None, "id:secret"),
        ({"FAL_KEY": "of-the-environment"}, "of-the-block", "of-the-block"),
    ],
)
def test_the_key_is_the_blocks_else_the_environments(
    environment: dict[str, str], own: str | None, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert key_sent(FalProvider(api_key=SecretStr(own) if own else None)) == key


@pytest.mark.parametrize("environment", [{}, {"FAL_KEY": "  "}, {"FAL_KEY_ID": "id"}, {"FAL_KEY_SECRET": "secret"}])
def test_without_a_key_it_says_what_to_set(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for act in (FalProvider().open, FalProvider().open_storage):
        with pytest.raises(SettingError, match=r"FAL_KEY: there is no key for fal.*its block"):
            act(PACE)
    with pytest.raises(SettingError, match=r"LONGTAKE_INPUTS_BUCKET.*FAL_KEY"):
        inputs_from_environment(PACE)


def test_the_command_line_takes_a_key_in_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    options = RenderOptions(providers=("fal",))
    monkeypatch.setenv("FAL_KEY_ID", "id")
    with pytest.raises(SettingError, match="FAL_KEY"):
        check_accounts({"fal": None}, options, Spending(), keys_are_here=True)
    monkeypatch.setenv("FAL_KEY_SECRET", "secret")
    check_accounts({"fal": None}, options, Spending(), keys_are_here=True)


def test_a_key_in_two_parts_opens_the_storage_for_other_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY_ID", "id")
    monkeypatch.setenv("FAL_KEY_SECRET", "secret")
    asyncio.run(inputs_from_environment(PACE).aclose())


@pytest.mark.parametrize("key", ["schl\u00fcssel", "two\nlines"])
def test_what_cannot_be_a_key_is_not_sent_and_not_told(key: str) -> None:
    with pytest.raises(SettingError, match="FAL_KEY") as error:
        FalProvider(api_key=SecretStr(key)).open(PACE)
    assert key not in str(error.value)


def opened(**fields: Any) -> FalClient:
    client = FalProvider(**({"api_key": SecretStr(KEY)} | fields)).open(PACE)
    assert isinstance(client, FalClient)
    asyncio.run(client.aclose())
    return client


def test_the_default_addresses_are_fals() -> None:
    at = opened()._at
    assert (at.queue, at.rest, at.api) == ("https://queue.fal.run", "https://rest.fal.ai", "https://api.fal.ai")


@pytest.mark.parametrize(("variable", "field"), list(zip(URL_VARIABLES, ("queue", "rest", "api"), strict=True)))
def test_each_address_is_the_blocks_else_the_environments(
    variable: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:8000/")
    assert getattr(opened()._at, field) == "http://127.0.0.1:8000"
    assert getattr(opened(**{f"{field}_url": "https://proxy.example/fal/"})._at, field) == "https://proxy.example/fal"


@pytest.mark.parametrize("variable", URL_VARIABLES)
@pytest.mark.parametrize(
    "address", ["queue.fal.run", "ftp://host", "http://", "http://queue.fal.run", "http://127.0.0.1.evil.example"]
)
def test_a_key_does_not_go_over_plain_http_nor_nowhere(
    variable: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(SettingError, match=variable):
        opened()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_for_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAKE_FAL_QUEUE_URL", f"http://{host}:8000/")
    assert opened()._at.queue == f"http://{host}:8000"


def test_each_kind_of_request_goes_to_its_own_address(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")

    async def act(provider: Any) -> None:
        await provider.submit(submission())
        await provider.find(JOB_ID, offer_of("fal"), 1_790_000_000.0)
        await provider.inputs.publish(path, "a.wav", 60)

    with (
        answering(Answer(200, QUEUED)) as queue,
        answering(Answer(200, {"items": []})) as api,
        answering(Answer(200, {}), Answer(200)) as rest,
    ):
        rest.left[0].body = {"upload_url": f"{rest.url}/put", "file_url": "https://v3b.fal.media/a.wav"}
        block = FalProvider(api_key=SecretStr(KEY), queue_url=queue.url, rest_url=rest.url, api_url=api.url)
        with_provider(lambda: block.open(PACE), act)
    assert [asked.target for asked in queue.asked] == [f"/{ENDPOINT}"]


def test_limits_and_lifetimes_are_fields() -> None:
    client = opened(in_progress_limit=40, result_lifetime_seconds=1800)
    assert (client.in_progress_limit, client.result_lifetime_seconds) == (40, 1800)
    assert opened().in_progress_limit == 2
    assert opened().result_lifetime_seconds == opened(result_lifetime_seconds=7200).result_lifetime_seconds == 3600
    for wrong in ({"in_progress_limit": 0}, {"result_lifetime_seconds": 0}, {"time_to_start_seconds": -1}):
        with pytest.raises(ValidationError):
            FalProvider.model_validate(wrong)


def test_the_account_is_named_after_its_key() -> None:
    assert opened().account == opened(in_progress_limit=9).account == "fal:328d9784"
    assert opened(api_key=SecretStr("another")).account != "fal:328d9784"


class Elsewhere(Inputs):
    """A place that counts how often it was closed."""

    closed = 0

    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        return SecretStr(f"https://elsewhere.example/{name}")

    async def aclose(self) -> None:
        self.closed += 1


def test_inputs_may_lie_elsewhere_and_stay_open() -> None:
    place = Elsewhere()
    client = FalProvider(api_key=SecretStr(KEY)).open(PACE, place)
    assert client.inputs is place
    asyncio.run(client.aclose())
    assert place.closed == 0


def test_the_block_and_its_client_show_no_key() -> None:
    block = FalProvider(api_key=SecretStr(KEY))
    client = opened()
    assert tells_no_secret(block, block.model_dump_json(), client, vars(client), vars(client.inputs), client.account)
