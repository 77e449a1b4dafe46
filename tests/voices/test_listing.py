"""What voices a provider has, in the words of a script."""

from __future__ import annotations

import asyncio

import pytest

from blocks.voices.opening import list_hosted
from emulators.voices.launch import VoicesEmulator
from longtake.errors import SettingError
from tests.voices.voicing import PACE


def listed(at: str) -> list[tuple[str, str]]:
    return [(voice.name, voice.language) for voice in asyncio.run(list_hosted(at, PACE))]


@pytest.mark.usefixtures("emulator")
def test_a_provider_tells_its_voices_as_a_script_names_them() -> None:
    assert listed("elevenlabs") == [("elevenlabs:JBFqnCBsd6RMkjVDRZzb", "en"), ("elevenlabs:21m00Tcm4TlvDq8ikWAM", "")]
    assert listed("polly") == [("polly:Joanna@neural", "en-US"), ("polly:Joanna@standard", "en-US")]
    assert listed("openai") == [("openai:af_heart", ""), ("openai:onyx", "")]


def test_asking_costs_nothing(emulator: VoicesEmulator) -> None:
    emulator.reset()
    listed("elevenlabs")
    assert not emulator.book()


@pytest.mark.usefixtures("keyless")
def test_openai_s_own_are_known_without_asking_and_others_need_a_key() -> None:
    assert ("openai:onyx", "") in listed("openai")
    with pytest.raises(SettingError, match="ELEVENLABS_API_KEY"):
        listed("elevenlabs")
    with pytest.raises(SettingError, match="One of: openai, elevenlabs, polly"):
        listed("aimlapi")
