"""The emulated providers of voices behind one door: each has its own path, and the book and the faults are shared."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from emulators.server import Request, Response, html_response, json_response
from emulators.voices.book import TAIL_CHARACTERS, SpokenBook, SpokenEntry, hash_of
from emulators.voices.elevenlabs import ElevenLabsSpeech
from emulators.voices.linked import AimlapiSpeech, FalSpeech
from emulators.voices.openai import OpenAISpeech
from emulators.voices.polly import PollySpeech
from emulators.voices.protocol import Asked, SpeechProtocol
from emulators.voices.rules import VoiceFaults, VoiceProvider, VoiceRule
from emulators.voices.sounds import EMPTY, SILENCE, Sound, say, with_made_up_size
from longtake.errors import VoiceFailed

KEYS: dict[VoiceProvider, str] = {
    "openai": "emulated-secret-of-openai",
    "elevenlabs": "emulated-secret-of-elevenlabs",
    "polly": "EMULATEDPOLLYKEYID",
    "fal": "emulated-key-id:emulated-secret-of-fal",
    "aimlapi": "emulated-secret-of-aimlapi",
}
"""The only keys that are accepted."""

RULES = TypeAdapter(tuple[VoiceRule, ...])
ELSEWHERE = "http://foreign.invalid/elsewhere"


class VoicesSite:
    """Answers requests for speech, and those of who runs the emulator, below `/control/`."""

    def __init__(self, folder: Path, rules: tuple[VoiceRule, ...] = ()) -> None:
        self.book = SpokenBook(folder)
        self.faults = VoiceFaults(rules)
        self.protocols: dict[str, SpeechProtocol] = {
            protocol.provider: protocol
            for protocol in (OpenAISpeech(), ElevenLabsSpeech(), PollySpeech(), FalSpeech(), AimlapiSpeech())
        }
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()

    async def handle(self, request: Request) -> Response:
        """Answer a request; the first part of its path says whose it is."""
        name, _, rest = request.target.lstrip("/").partition("/")
        if name == "control":
            return self._control(request)
        protocol = self.protocols.get(name)
        file = protocol.files.get(f"/{rest}") if protocol and request.method == "GET" else None
        if file:
            return file
        listing = protocol.listing(replace(request, target=f"/{rest}")) if protocol else None
        if listing:
            return listing
        asked = protocol.read(replace(request, target=f"/{rest}")) if protocol else None
        if protocol is None or asked is None:
            return json_response({"error": "not found"}, 404)
        self.at_once[name] += 1
        self.most_at_once[name] = max(self.most_at_once[name], self.at_once[name])
        try:
            return await self._speak(protocol, asked)
        finally:
            self.at_once[name] -= 1

    async def _speak(self, protocol: SpeechProtocol, asked: Asked) -> Response:
        refusal = self._refusal(protocol, asked)
        if refusal:
            self._write(protocol, asked, "refused", billed=False)
            return refusal
        rule = self.faults.strike(protocol.provider, asked.text)
        if rule is None:
            self._write(protocol, asked, "marks" if asked.wanted == "json" else "sound", billed=True)
            return protocol.answer(asked, await _sound(asked), None, good_times=True)
        self._write(protocol, asked, rule.fault, billed=rule.is_billed)
        if rule.fault == "slow":
            await asyncio.sleep(rule.seconds)
        if rule.is_billed and rule.fault not in _WITHOUT_SOUND:
            return await _spoiled(rule, protocol, asked)
        return _refused(rule, protocol)

    def _refusal(self, protocol: SpeechProtocol, asked: Asked) -> Response | None:
        """What an honest provider refuses."""
        if asked.key != KEYS[protocol.provider]:
            return protocol.refuse(*protocol.wrong_key, f"The key {asked.key!r} is not known.")
        if len(asked.text) > protocol.longest_text:
            return protocol.refuse(*protocol.too_long, f"The text is longer than {protocol.longest_text} characters.")
        return None

    def _write(self, protocol: SpeechProtocol, asked: Asked, answered: str, *, billed: bool) -> None:
        self.book.add(
            SpokenEntry(
                provider=protocol.provider,
                account=asked.key[-TAIL_CHARACTERS:],
                model=asked.model,
                voice=asked.voice,
                characters=len(asked.text),
                text_sha256=hash_of(asked.text),
                before=asked.before,
                after=asked.after,
                wanted=asked.wanted,
                answered=answered,
                billed=billed,
            )
        )

    def _control(self, request: Request) -> Response:
        act = (request.method, request.path)
        if act == ("GET", "/control/most-at-once"):
            return json_response(self.most_at_once)
        if act == ("PUT", "/control/faults"):
            try:
                self.faults = VoiceFaults(RULES.validate_json(request.body))
            except ValidationError as error:
                return json_response({"error": str(error)}, 422)
            return json_response({})
        if act == ("POST", "/control/reset"):
            self.book.forget()
            self.faults = VoiceFaults()
            self.most_at_once.clear()
            return json_response({})
        return json_response({"error": "not found"}, 404)


_WITHOUT_SOUND = frozenset({"busy", "quota", "status-code", "format-refused", "rst-before", "redirect"})


async def _sound(asked: Asked) -> Sound:
    try:
        return await say(asked.text, asked.voice)
    except VoiceFailed:  # a text of nothing that can be spoken
        return SILENCE


async def _spoiled(rule: VoiceRule, protocol: SpeechProtocol, asked: Asked) -> Response:
    """An answer to a request that was done, with what is wrong about it."""
    if rule.fault == "json":
        return json_response({"status": "ok", "message": "speech is on its way"})
    if rule.fault == "html":
        return html_response("Welcome")
    sound = {"empty": EMPTY, "silence": SILENCE}.get(rule.fault) or await _sound(asked)
    data = None
    if rule.fault == "fake-size":
        data = with_made_up_size(sound.encoded("wav"), rule.size)
    elif rule.fault == "mp3":
        data = sound.encoded("mp3")
    elif rule.fault == "empty":
        data = b""
    answer = protocol.answer(asked, sound, data, good_times=rule.fault != "bad-times")
    if rule.fault == "no-download":
        protocol.files.clear()
    if rule.fault == "drop":
        return replace(answer, cut="drop")
    return replace(answer, cut="half") if rule.fault == "half-body" else answer


def _refused(rule: VoiceRule, protocol: SpeechProtocol) -> Response:
    """An answer to a request that was not done."""
    if rule.fault == "rst-before":
        return Response(cut="reset")
    if rule.fault == "redirect":
        return Response(302, b"", {"Location": ELSEWHERE})
    if rule.fault == "format-refused":
        return protocol.refuse(403, "output_format_not_allowed", "Your plan does not allow this output format.")
    status, kind = {"busy": protocol.busy, "quota": protocol.no_credit}.get(rule.fault, (rule.status, "error"))
    refusal = protocol.refuse(status, rule.kind or kind, "Not now, and not like this.")
    retry_after = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    return replace(refusal, headers={**refusal.headers, **retry_after})


def environment(url: str) -> dict[str, str]:
    """The variables that point Longtake's voices at the emulator."""
    return {
        "OPENAI_BASE_URL": f"{url}/openai/v1",
        "OPENAI_API_KEY": KEYS["openai"],
        "LONGTAKE_ELEVENLABS_URL": f"{url}/elevenlabs",
        "ELEVENLABS_API_KEY": KEYS["elevenlabs"],
        "AWS_ENDPOINT_URL_POLLY": f"{url}/polly",
        "AWS_ACCESS_KEY_ID": KEYS["polly"],
        "AWS_SECRET_ACCESS_KEY": "emulated-polly-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "LONGTAKE_FAL_RUN_URL": f"{url}/fal",
        "FAL_KEY": KEYS["fal"],
        "LONGTAKE_AIMLAPI_URL": f"{url}/aimlapi",
        "AIML_API_KEY": KEYS["aimlapi"],
    }
