"""What the tests of hosted voices share: an impatient pace, and a voice that speaks once."""

from __future__ import annotations

import asyncio

from blocks.voices.opening import open_hosted
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice, Speech

PACE = Pace(
    attempts=3,
    retry_seconds=0.01,
    connect_timeout_seconds=2,
    submit_timeout_seconds=20,
    read_timeout_seconds=20,
    download_timeout_seconds=20,
)
IMPATIENT = PACE.model_copy(update={"submit_timeout_seconds": 0.3})

TEXT = "Good evening, and welcome to the show."
OPENAI = "openai:onyx"
ELEVENLABS = "elevenlabs:rachel"
POLLY = "polly:Joanna@neural"
FAL = "fal:fal-ai/kokoro/american-english/af_heart"
AIMLAPI = "aimlapi:openai/tts-1/onyx"
ALL = (OPENAI, ELEVENLABS, POLLY, FAL, AIMLAPI)


def open_now(spec: str, language: str = "en", pace: Pace = PACE) -> HostedVoice:
    """The voice, ready to speak."""
    voice = asyncio.run(open_hosted(spec, language, pace))
    assert voice is not None
    return voice


def speak(spec: str, text: str = TEXT, *, pace: Pace = PACE, before: str = "", after: str = "") -> Speech:
    """What the voice says, opened from the environment."""
    voice = open_now(spec, pace=pace)
    return asyncio.run(voice.speak(text, before=before, after=after))


def seconds_of(speech: Speech) -> float:
    return len(speech.samples) / speech.sample_rate_hz
