"""A hosted voice is known by its name, and opened from the environment or a block."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.context import FlowRunContext
from prefect.testing.utilities import prefect_test_harness
from pydantic import SecretStr

from blocks.voices.names import VoiceName, parse_name
from blocks.voices.openai import OpenAIVoices
from blocks.voices.opening import HOSTED, is_hosted, open_hosted, open_unkeyed
from flows.server.reach import blocks_in_reach
from longtake.errors import SettingError
from longtake.settings import load_settings
from longtake.speech.opening import HOSTED_PREFIXES, may_be_hosted
from tests.voices.voicing import ALL, PACE, open_now

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("openai:onyx", VoiceName("openai", None, None, "onyx")),
        (" OpenAI@team : tts-1-hd/onyx ", VoiceName("openai", "team", "tts-1-hd", "onyx")),
        ("openai:speaches-ai/Kokoro-82M/af_heart", VoiceName("openai", None, "speaches-ai/Kokoro-82M", "af_heart")),
        ("elevenlabs:eleven_v3/JBFq", VoiceName("elevenlabs", None, "eleven_v3", "JBFq")),
        ("polly:Joanna@neural", VoiceName("polly", None, "neural", "Joanna")),
        ("polly@us:Joanna", VoiceName("polly", "us", None, "Joanna")),
        (
            "fal:fal-ai/kokoro/british-english/bf_emma",
            VoiceName("fal", None, "fal-ai/kokoro/british-english", "bf_emma"),
        ),
        ("aimlapi:openai/tts-1/onyx", VoiceName("aimlapi", None, "openai/tts-1", "onyx")),
    ],
)
def test_a_name_has_parts_and_is_told_again_from_them(spec: str, parts: VoiceName) -> None:
    assert is_hosted(spec) and may_be_hosted(spec)
    assert parse_name(spec) == parts
    assert parse_name(parts.text) == parts


@pytest.mark.parametrize(
    "spec", [None, "", "onyx", "espeak:en-us", "piper:en_US-lessac-medium", "openai", "@team:onyx"]
)
def test_other_names_are_not_hosted(spec: str | None) -> None:
    assert not is_hosted(spec) and not may_be_hosted(spec)
    assert asyncio.run(open_hosted(spec or "", "en", PACE)) is None


@pytest.mark.parametrize(
    "spec", ["openai:", "openai:tts-1/", "polly:@neural", "fal:af_heart", "aimlapi:onyx", "openai:a\x1bb"]
)
def test_a_name_without_a_voice_is_refused_with_one_that_has(spec: str) -> None:
    with pytest.raises(SettingError, match=r"names no voice\. One is "):
        asyncio.run(open_unkeyed(spec, "en"))


def test_the_core_knows_the_same_prefixes() -> None:
    assert set(HOSTED) == set(HOSTED_PREFIXES)


@pytest.mark.parametrize(
    ("spec", "variable"),
    list(
        zip(
            ALL,
            ("OPENAI_API_KEY", "ELEVENLABS_API_KEY", "AWS_ACCESS_KEY_ID", "FAL_KEY", "AIML_API_KEY"),
            strict=True,
        )
    ),
)
@pytest.mark.usefixtures("keyless")
def test_a_missing_key_is_named_by_its_variable(spec: str, variable: str) -> None:
    with pytest.raises(SettingError) as refused:
        open_now(spec)
    assert refused.value.where == variable
    voice = asyncio.run(open_unkeyed(spec, "en"))
    with pytest.raises(SettingError) as silent:
        asyncio.run(voice.speak("Hello."))
    assert silent.value.where == variable


@pytest.mark.usefixtures("keyless")
def test_polly_needs_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A" * 20)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b" * 40)
    with pytest.raises(SettingError) as refused:
        open_now("polly:Joanna")
    assert refused.value.where == "AWS_DEFAULT_REGION"


@pytest.mark.usefixtures("keyless")
def test_a_block_is_loaded_by_its_name_and_a_missing_one_is_told() -> None:
    async def opened() -> None:
        block = OpenAIVoices(api_key=SecretStr("planted-key"), default_model="tts-1", extra={"speed": 1.25})
        await block.save("team")
        voice = await open_hosted("openai@team:onyx", "en", PACE)
        assert voice is not None
        assert (voice.name, voice.model) == ("openai@team:onyx", "tts-1")
        assert voice.identity == {"engine": "openai", "model": "tts-1", "voice": "onyx", "extra": '{"speed": 1.25}'}
        unkeyed = await open_unkeyed("openai@team:onyx", "en")
        assert unkeyed.identity == voice.identity
        with pytest.raises(SettingError, match="there is no block longtake-openai-voices/tea"):
            await open_hosted("openai@tea:onyx", "en", PACE)

    with prefect_test_harness():
        asyncio.run(opened())


def test_in_a_run_blocks_are_those_of_the_server_that_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it was named by one of Prefect's profiles, and not by a variable."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr(FlowRunContext, "get", lambda: "the run")

    async def look() -> None:
        async with blocks_in_reach(load_settings()):
            assert "PREFECT_API_URL" not in os.environ

    asyncio.run(look())
    assert not list(tmp_path.iterdir())


def test_no_client_imports_prefect() -> None:
    """Its package's face does, and so a client is imported here as a file of its own."""
    program = "\n".join(
        [
            "import sys, types",
            "sys.modules['prefect'] = None",
            "for name in ('blocks', 'blocks.voices'):",
            "    sys.modules[name] = room = types.ModuleType(name)",
            "    room.__path__ = [name.replace('.', '/')]",
            "for name in ('openai_voice', 'elevenlabs_voice', 'polly_voice', 'linked_voice', 'stating', 'opening'):",
            "    __import__('blocks.voices.' + name)",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
