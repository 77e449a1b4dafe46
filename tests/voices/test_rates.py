"""Prices are data with a date and a source; what nobody states is not made up."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from blocks.voices.names import EXAMPLES, parse_name
from blocks.voices.openai import OpenAIVoices
from blocks.voices.opening import open_unkeyed
from blocks.voices.polly import PollyVoices
from blocks.voices.rates import RATES, all_rates, find_rate
from longtake.errors import SettingError

ROOT = Path(__file__).parent.parent.parent


def test_every_price_has_a_date_and_a_source() -> None:
    rates = all_rates()
    assert len({(rate.provider, rate.model) for rate in rates}) == len(rates)
    for rate in rates:
        assert rate.provider in EXAMPLES
        if rate.usd_per_1000_characters is not None:
            assert rate.as_of and rate.source, rate.model


@pytest.mark.parametrize(
    ("spec", "language", "usd"),
    [
        ("openai:tts-1/onyx", "en", 0.000015),
        ("openai:tts-1-hd/onyx", "ja", 0.00003),
        ("openai:onyx", "en-GB", 0.0000225),
        ("openai:onyx", "zh-Hans", 0.000065),
        ("openai:onyx", "ja_JP", 0.000065),
        ("openai:some-new-model/onyx", "en", None),
        ("elevenlabs:eleven_flash_v2_5/x", "de", 0.00006),
        ("elevenlabs:x", "de", 0.00012),
        ("polly:Joanna", "en", 0.000016),
        ("polly:Joanna@long-form", "en", 0.0001),
        ("fal:fal-ai/kokoro/american-english/af_heart", "en", 0.00002),
        ("fal:fal-ai/minimax/speech-02-hd/x", "en", None),
        ("aimlapi:openai/tts-1/onyx", "en", None),
    ],
)
@pytest.mark.usefixtures("keyless")
def test_a_character_costs_what_is_stated(spec: str, language: str, usd: float | None) -> None:
    assert asyncio.run(open_unkeyed(spec, language)).price_usd_per_character == usd


@pytest.mark.usefixtures("keyless")
def test_what_a_block_states_comes_first() -> None:
    voices = OpenAIVoices(price_usd_per_character=0.0005, maximum_characters=300, best_characters=9_000)
    voice = voices.open_unkeyed(parse_name("openai:onyx"), "en")
    assert (voice.price_usd_per_character, voice.maximum_characters, voice.best_characters) == (0.0005, 300, 300)
    timed = PollyVoices(price_usd_per_character=0.00001, word_times=True)
    assert timed.open_unkeyed(parse_name("polly:Joanna"), "en").price_usd_per_character == 0.00002


@pytest.mark.usefixtures("keyless")
def test_a_gateway_asks_what_openai_does_and_a_server_without_a_key_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    name = parse_name("openai:tts-1/onyx")
    gateway = OpenAIVoices(base_url="https://gateway.example/v1", api_key="planted-key")
    own = OpenAIVoices(base_url="http://127.0.0.1:8880/v1")
    assert gateway.open_unkeyed(name, "en").price_usd_per_character == 0.000015
    monkeypatch.setenv("OPENAI_API_KEY", "planted-key-for-openai")
    voice = own.open_unkeyed(name, "en")
    assert voice.price_usd_per_character == 0, "the key of the environment is not for a server that a block names"
    assert voice.account == "openai:127.0.0.1"


@pytest.mark.usefixtures("keyless")
def test_no_password_in_an_address_becomes_part_of_what_is_kept() -> None:
    voices = OpenAIVoices(base_url="https://ada:planted@gateway.example/v1", api_key="k")
    with pytest.raises(SettingError) as refused:
        voices.open_unkeyed(parse_name("openai:onyx"), "en")
    assert "planted" not in str(refused.value)


def test_a_model_has_its_own_longest_text() -> None:
    longest = {
        ("openai", "tts-1"): 4096,
        ("openai", "gpt-4o-mini-tts"): 2000,
        ("elevenlabs", "eleven_v3"): 5000,
        ("polly", "neural"): 3000,
    }
    for (provider, model), characters in longest.items():
        rate = find_rate(provider, model)
        assert rate and rate.maximum_characters == characters


def test_the_prices_are_part_of_the_package() -> None:
    """Data files are packed only where pyproject.toml names them."""
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for package, patterns in packed.items():
        for pattern in patterns:
            assert (ROOT / package / pattern).is_file(), pattern
    assert RATES.relative_to(ROOT / "blocks").as_posix() in packed["blocks"]
