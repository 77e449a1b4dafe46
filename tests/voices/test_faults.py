"""Every fault of an answer gives the error that tells what became of the money, and is never paid twice."""

from __future__ import annotations

import asyncio
import logging
import pickle
import traceback

import pytest

from blocks.voices.names import parse_name
from blocks.voices.polly import PollyVoices
from emulators.voices.launch import VoicesEmulator
from emulators.voices.rules import VoiceRule
from longtake.errors import AccountRefused, InputRefused, LongtakeError, OutcomeUnknown, ProviderBusy, VoiceFailed
from longtake.providers import Pace
from longtake.providers.bounded import MOST_ANSWER_BYTES
from tests.voices.voicing import (
    AIMLAPI,
    ALL,
    ELEVENLABS,
    FAL,
    IMPATIENT,
    OPENAI,
    PACE,
    POLLY,
    TEXT,
    open_now,
    seconds_of,
    speak,
)

LOST = ("drop", "half-body")
SOUNDLESS = ("empty", "silence", "html")


def fails(spec: str, kind: type[LongtakeError], pace: Pace = PACE) -> LongtakeError:
    """The error of one `speak`. It is of that kind exactly, survives pickling, and tells no key."""
    with pytest.raises(LongtakeError) as raised:
        speak(spec, pace=pace)
    error = raised.value
    assert type(error) is kind, repr(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    assert "emulated-" not in shown and "EMULATED" not in shown, shown
    return error


@pytest.mark.parametrize("spec", ALL)
@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_unknown_and_is_not_asked_for_again(emulator: VoicesEmulator, spec: str, fault: str) -> None:
    emulator.set_faults([VoiceRule(fault=fault)])
    fails(spec, OutcomeUnknown)
    assert [entry.answered for entry in emulator.billed()] == [fault]
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_a_request_that_is_reset_is_unknown_too(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="rst-before")])
    fails(spec, OutcomeUnknown)
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_an_answer_that_comes_too_late_is_unknown(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="slow", seconds=1)])
    fails(spec, OutcomeUnknown, IMPATIENT)
    assert [entry.billed for entry in emulator.book()] == [True]


@pytest.mark.parametrize("spec", ALL)
@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_fails_is_unknown(emulator: VoicesEmulator, spec: str, status: int) -> None:
    emulator.set_faults([VoiceRule(fault="status-code", status=status, billed=True)])
    fails(spec, OutcomeUnknown)
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_one_that_is_busy_is_asked_again_and_billed_once(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="busy", limit=2, retry_after="0.01")])
    assert seconds_of(speak(spec)) > 1
    assert [entry.answered for entry in emulator.book()] == ["busy", "busy", "sound"]
    assert len(emulator.billed()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_one_that_stays_busy_was_never_paid(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="busy")])
    fails(spec, ProviderBusy)
    assert len(emulator.book()) == PACE.attempts
    assert emulator.billed() == []


@pytest.mark.parametrize("spec", [OPENAI, ELEVENLABS, FAL, AIMLAPI])
def test_one_that_wants_a_longer_wait_than_a_request_may_last_is_left(emulator: VoicesEmulator, spec: str) -> None:
    """Others take a request for lost that is on its way for longer."""
    emulator.set_faults([VoiceRule(fault="busy", retry_after="200")])
    error = fails(spec, ProviderBusy)
    assert isinstance(error, ProviderBusy) and error.retry_after_seconds == 200
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("kind", ["too_many_concurrent_requests", "system_busy"])
def test_elevenlabs_has_two_ways_to_be_busy(emulator: VoicesEmulator, kind: str) -> None:
    emulator.set_faults([VoiceRule(fault="busy", kind=kind, limit=1)])
    assert seconds_of(speak(ELEVENLABS)) > 1
    assert len(emulator.billed()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_an_account_without_credit_is_not_asked_again(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="quota")])
    error = fails(spec, AccountRefused)
    assert isinstance(error, AccountRefused) and error.provider == open_now(spec).provider
    assert [(entry.answered, entry.billed) for entry in emulator.book()] == [("quota", False)]


@pytest.mark.parametrize("spec", ALL)
def test_a_wrong_key_is_refused_and_not_told(
    emulator: VoicesEmulator, spec: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The emulator quotes the key in its answer, as some providers do."""
    caplog.set_level(logging.DEBUG, logger="httpx")
    for name in ("OPENAI_API_KEY", "ELEVENLABS_API_KEY", "FAL_KEY", "AIML_API_KEY"):
        monkeypatch.setenv(name, "emulated-but-wrong:key")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "WRONGPOLLYKEYID")
    error = fails(spec, AccountRefused)
    assert "WRONGPOLLYKEYID" not in f"{error} {caplog.text}" and "emulated-but-wrong" not in caplog.text
    assert [entry.billed for entry in emulator.book()] == [False]


@pytest.mark.parametrize("spec", ALL)
@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_request_that_is_refused_was_not_paid(emulator: VoicesEmulator, spec: str, status: int) -> None:
    emulator.set_faults([VoiceRule(fault="status-code", status=status, kind="voice_not_found")])
    error = fails(spec, InputRefused)
    assert isinstance(error, InputRefused) and error.billed == "no"
    assert str(status) in str(error)
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("spec", [OPENAI, ELEVENLABS, FAL, AIMLAPI])
def test_a_redirect_is_not_followed_with_the_key(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="redirect")])
    fails(spec, AccountRefused)
    assert len(emulator.book()) == 1


@pytest.mark.parametrize("spec", ALL)
@pytest.mark.parametrize("fault", SOUNDLESS)
def test_an_answer_without_sound_was_paid_and_has_failed(emulator: VoicesEmulator, spec: str, fault: str) -> None:
    emulator.set_faults([VoiceRule(fault=fault)])
    error = fails(spec, VoiceFailed)
    assert open_now(spec).name in str(error)
    assert [entry.billed for entry in emulator.book()] == [True]


@pytest.mark.parametrize("spec", ALL)
def test_json_instead_of_sound_has_failed(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="json")])
    fails(spec, VoiceFailed)
    assert len(emulator.billed()) == 1


@pytest.mark.parametrize("spec", [OPENAI, FAL, AIMLAPI])
@pytest.mark.parametrize("size", [0, 100, 0x7FFFFFFF, 0xFFFFFFFF])
def test_made_up_sizes_of_a_wav_lose_no_sample(emulator: VoicesEmulator, spec: str, size: int) -> None:
    honest = speak(spec)
    emulator.set_faults([VoiceRule(fault="fake-size", size=size)])
    assert len(speak(spec).samples) == len(honest.samples)


@pytest.mark.parametrize("spec", [OPENAI, POLLY, FAL, AIMLAPI])
def test_mp3_is_heard_whatever_was_asked_for(emulator: VoicesEmulator, spec: str) -> None:
    honest = speak(spec)
    emulator.set_faults([VoiceRule(fault="mp3")])
    assert seconds_of(speak(spec)) == pytest.approx(seconds_of(honest), abs=0.16)


def test_elevenlabs_takes_mp3_where_the_plan_has_no_pcm(emulator: VoicesEmulator) -> None:
    emulator.set_faults([VoiceRule(fault="format-refused", limit=1)])
    voice = open_now(ELEVENLABS)
    speech = asyncio.run(voice.speak(TEXT))
    assert seconds_of(speech) == pytest.approx(speech.words[-1].end_seconds, abs=0.06)
    asyncio.run(voice.speak(TEXT))  # it asks for PCM no more
    assert [(entry.wanted, entry.billed) for entry in emulator.book()] == [
        ("pcm", False),
        ("mp3", True),
        ("mp3", True),
    ]


def test_times_that_make_no_sense_lose_no_sound(emulator: VoicesEmulator) -> None:
    emulator.set_faults([VoiceRule(fault="bad-times")])
    assert speak(ELEVENLABS).words == ()
    timed = PollyVoices(word_times=True).open(parse_name(POLLY), "en", PACE)
    speech = asyncio.run(timed.speak(TEXT))
    assert speech.words == () and seconds_of(speech) > 1


@pytest.mark.parametrize("fault", ["drop", "status-code", "quota", "busy"])
def test_polly_without_the_times_still_has_the_sound_that_was_paid(emulator: VoicesEmulator, fault: str) -> None:
    emulator.set_faults([VoiceRule(fault=fault, nth=(2, 3, 4))])
    timed = PollyVoices(word_times=True).open(parse_name(POLLY), "en", PACE)
    speech = asyncio.run(timed.speak(TEXT))
    assert speech.words == () and seconds_of(speech) > 1
    assert [entry.wanted for entry in emulator.book()][:2] == ["ogg_vorbis", "json"]
    assert len([entry for entry in emulator.billed() if entry.wanted == "ogg_vorbis"]) == 1


@pytest.mark.parametrize("spec", [FAL, AIMLAPI])
def test_sound_that_cannot_be_downloaded_was_paid_and_is_not_spoken_again(emulator: VoicesEmulator, spec: str) -> None:
    emulator.set_faults([VoiceRule(fault="no-download")])
    error = fails(spec, OutcomeUnknown)
    assert "cannot be had" in str(error) or "404" in str(error)
    assert len(emulator.billed()) == 1


@pytest.mark.parametrize("spec", ALL)
def test_a_server_that_is_not_there_was_never_asked(
    emulator: VoicesEmulator, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that nobody listens on."""
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value.replace(emulator.url, "http://127.0.0.1:9"))
    fails(spec, ProviderBusy)
    assert emulator.book() == []


def test_a_long_answer_is_read_whole_and_an_endless_one_is_unknown(
    emulator: VoicesEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than any answer about a clip may hold."""
    text = " ".join([TEXT] * 105)
    patient = PACE.model_copy(update={"submit_timeout_seconds": 30})
    long = speak("openai:tts-1/onyx", text, pace=patient)
    assert 2 * len(long.samples) > MOST_ANSWER_BYTES
    monkeypatch.setattr("blocks.voices.posting.MOST_SOUND_BYTES", MOST_ANSWER_BYTES)
    with pytest.raises(OutcomeUnknown):
        speak("openai:tts-1/onyx", text, pace=patient)
    assert len(emulator.billed()) == 2
