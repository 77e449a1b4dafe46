"""Each provider's protocol over real HTTP: what is asked, what comes back, and what the provider bills."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from prefect.blocks.core import Block

from blocks.voices.elevenlabs import ElevenLabsVoices
from blocks.voices.fal import FalVoices
from blocks.voices.names import parse_name
from blocks.voices.openai import OpenAIVoices
from blocks.voices.opening import open_unkeyed
from blocks.voices.polly import PollyVoices
from emulators.voices.book import hash_of
from emulators.voices.launch import VoicesEmulator
from emulators.voices.sounds import Sound, say
from longtake.errors import InputRefused
from longtake.speech.voice import HostedVoice, Speech
from tests.voices.voicing import AIMLAPI, ALL, ELEVENLABS, FAL, OPENAI, PACE, POLLY, TEXT, open_now, seconds_of, speak

MODELS = {
    OPENAI: ("openai", "gpt-4o-mini-tts", "onyx", "wav"),
    ELEVENLABS: ("elevenlabs", "eleven_multilingual_v2", "rachel", "pcm"),
    POLLY: ("polly", "neural", "Joanna", "ogg_vorbis"),
    FAL: ("fal", "fal-ai/kokoro/american-english", "af_heart", "wav"),
    AIMLAPI: ("aimlapi", "openai/tts-1", "onyx", "wav"),
}


def said(text: str, voice: str) -> Sound:
    return asyncio.run(say(text, voice))


def spoken_by(block: Any, spec: str, text: str = TEXT, **around: str) -> Speech:
    voice: HostedVoice = block.open(parse_name(spec), "en", PACE)
    return asyncio.run(voice.speak(text, **around))


@pytest.mark.parametrize("spec", ALL)
def test_a_voice_speaks_with_one_request_that_is_billed(emulator: VoicesEmulator, spec: str) -> None:
    provider, model, voice, wanted = MODELS[spec]
    speech = speak(spec)
    sound = said(TEXT, voice)
    assert speech.sample_rate_hz == 24_000
    if spec == POLLY:  # Vorbis is lossy
        assert abs(len(speech.samples) - len(sound.samples)) < 24_000 * 0.15
        shared = min(len(speech.samples), len(sound.samples))
        assert np.corrcoef(speech.samples[:shared], sound.samples[:shared])[0, 1] > 0.95
    else:
        assert np.array_equal(speech.samples, sound.samples)
    (entry,) = emulator.book()
    assert (entry.provider, entry.model, entry.voice, entry.wanted) == (provider, model, voice, wanted)
    assert (entry.characters, entry.text_sha256, entry.answered, entry.billed) == (
        len(TEXT),
        hash_of(TEXT),
        "sound",
        True,
    )


@pytest.mark.parametrize("spec", ALL)
def test_a_voice_without_a_key_is_the_same_but_for_speaking(emulator: VoicesEmulator, spec: str) -> None:
    keyed, unkeyed = open_now(spec), asyncio.run(open_unkeyed(spec, "en"))
    assert unkeyed.identity == keyed.identity
    for told in ("name", "provider", "account", "model", "price_usd_per_character", "maximum_characters"):
        assert getattr(unkeyed, told) == getattr(keyed, told), told
    assert keyed.provider == MODELS[spec][0]
    assert keyed.account.startswith(f"{keyed.provider}:")
    assert not any(
        secret in f"{keyed.account} {keyed.identity}" for secret in emulator.env.values() if "emul" in secret
    )
    assert emulator.book() == []


@pytest.mark.parametrize("spec", ALL)
def test_a_text_that_is_too_long_is_refused_before_it_is_sent(emulator: VoicesEmulator, spec: str) -> None:
    voice = open_now(spec)
    with pytest.raises(InputRefused, match="more than"):
        asyncio.run(voice.speak("a" * (voice.maximum_characters + 1)))
    assert emulator.book() == []


def test_one_voice_speaks_in_many_event_loops_and_many_times_at_once(emulator: VoicesEmulator) -> None:
    voice = open_now(OPENAI)

    async def many() -> list[Speech]:
        return await asyncio.gather(*(voice.speak(f"Sentence number {number}.") for number in range(8)))

    first, again = asyncio.run(many()), asyncio.run(many())
    assert [len(each.samples) for each in first] == [len(each.samples) for each in again]
    assert len(emulator.billed("openai")) == 16
    assert emulator.most_at_once("openai") > 1


def test_extra_fields_are_sent_and_part_of_the_identity(emulator: VoicesEmulator) -> None:
    plain, calm = OpenAIVoices(), OpenAIVoices(extra={"instructions": "Calm.", "speed": 1.0})
    assert len(spoken_by(calm, OPENAI).samples)
    identities = [block.open_unkeyed(parse_name(OPENAI), "en").identity for block in (plain, calm)]
    assert identities[1] == identities[0] | {"extra": '{"instructions": "Calm.", "speed": 1.0}'}


@pytest.mark.parametrize(
    ("kind", "field"),
    [(OpenAIVoices, "input"), (ElevenLabsVoices, "previous_text"), (PollyVoices, "OutputFormat")],
)
def test_no_extra_field_takes_the_place_of_ours(kind: type[Block], field: str) -> None:
    with pytest.raises(ValueError, match="cannot be set here"):
        kind(extra={field: "x"})


def test_elevenlabs_tells_when_each_word_sounds(emulator: VoicesEmulator) -> None:
    speech = speak(ELEVENLABS)
    assert [word.text for word in speech.words] == TEXT.split()
    starts = [word.start_seconds for word in speech.words]
    assert starts == sorted(starts) and starts[0] == 0
    assert speech.words[-1].end_seconds == pytest.approx(seconds_of(speech), abs=0.002)


def test_elevenlabs_hears_context_where_its_block_says_so(emulator: VoicesEmulator) -> None:
    around = {"before": "It is nine.", "after": "Tonight we talk."}
    deaf, hearing = ElevenLabsVoices(), ElevenLabsVoices(context=True)
    spoken_by(deaf, ELEVENLABS, **around)
    spoken_by(hearing, ELEVENLABS, **around)
    spoken_by(hearing, "elevenlabs:eleven_v3/rachel", **around)
    told = [(entry.before, entry.after) for entry in emulator.book()]
    assert told == [("", ""), ("It is nine.", "Tonight we talk."), ("", "")]
    hears = [
        block.open_unkeyed(parse_name(spec), "en").hears_context
        for block, spec in ((deaf, ELEVENLABS), (hearing, ELEVENLABS), (hearing, "elevenlabs:eleven_v3/rachel"))
    ]
    assert hears == [False, True, False]


def test_polly_tells_times_of_words_for_a_second_request_at_twice_the_price(emulator: VoicesEmulator) -> None:
    plain, timed = PollyVoices(), PollyVoices(word_times=True)
    speech = spoken_by(timed, POLLY)
    assert [word.text for word in speech.words] == ["Good", "evening", "and", "welcome", "to", "the", "show"]
    assert speech.words[-1].end_seconds == pytest.approx(seconds_of(speech), abs=0.001)
    assert [entry.answered for entry in emulator.billed("polly")] == ["sound", "marks"]
    voices = [block.open_unkeyed(parse_name(POLLY), "en") for block in (plain, timed)]
    assert [voice.price_usd_per_character for voice in voices] == [0.000016, 0.000032]
    assert voices[0].identity == voices[1].identity, "what was spoken before stays"


def test_fal_puts_a_voice_where_its_model_wants_it(emulator: VoicesEmulator) -> None:
    block = FalVoices(text_field="text", voice_field="voice_setting.voice_id", extra={"voice_setting": {"speed": 1}})
    assert block._fixed("Wise_Woman") == {"voice_setting": {"speed": 1, "voice_id": "Wise_Woman"}}
    assert len(spoken_by(block, "fal:fal-ai/minimax/speech-02-hd/Wise_Woman").samples)
    assert block.extra == {"voice_setting": {"speed": 1}}


@pytest.mark.parametrize(
    "text", ["今日はとても良い天気です。", "مرحبا بكم في العرض.", "Добрый вечер, друзья.", "a\u200bb 🙂 c"]
)
def test_any_script_comes_through(emulator: VoicesEmulator, text: str) -> None:
    for spec in ALL:
        assert seconds_of(speak(spec, text)) > 0.2
    assert {entry.text_sha256 for entry in emulator.billed()} == {hash_of(text)}


def test_a_server_of_ones_own_needs_no_key_and_costs_nothing(emulator: VoicesEmulator) -> None:
    block = OpenAIVoices(base_url="http://192.168.1.20:8880/v1")
    voice = block.open(parse_name("openai:kokoro/af_heart"), "en", PACE)
    assert voice.price_usd_per_character == 0.0
    assert voice.identity["base_url"] == "http://192.168.1.20:8880/v1"
    assert voice.account == "openai:192.168.1.20"
