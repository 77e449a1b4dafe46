"""ElevenLabs' speech with timestamps: sound in base64, and when each character starts and ends."""

from __future__ import annotations

import base64
from typing import Any

from typing_extensions import override

from emulators.server import Request, Response, json_response
from emulators.voices.protocol import Asked, SpeechProtocol, text_in
from emulators.voices.sounds import Sound

_HEAD, _TAIL = "/v1/text-to-speech/", "/with-timestamps"


class ElevenLabsSpeech(SpeechProtocol):
    """As in ElevenLabs' API reference, create speech with timing."""

    provider = "elevenlabs"
    longest_text = 10_000
    wrong_key = (401, "invalid_api_key")
    no_credit = (401, "quota_exceeded")
    too_long = (400, "max_character_limit_exceeded")
    busy = (429, "system_busy")

    @override
    def read(self, request: Request) -> Asked | None:
        body = request.json()
        path = request.path
        if request.method != "POST" or body is None or not path.startswith(_HEAD) or not path.endswith(_TAIL):
            return None
        return Asked(
            key=request.headers.get("xi-api-key", ""),
            model=text_in(body, "model_id"),
            voice=path.removeprefix(_HEAD).removesuffix(_TAIL),
            text=text_in(body, "text"),
            wanted=request.query.get("output_format", "mp3_44100_128").partition("_")[0],
            before=text_in(body, "previous_text"),
            after=text_in(body, "next_text"),
        )

    @override
    def listing(self, request: Request) -> Response | None:
        if (request.method, request.path) != ("GET", "/v1/voices"):
            return None
        george = {"voice_id": "JBFqnCBsd6RMkjVDRZzb", "name": "George", "labels": {"language": "en"}}
        return json_response({"voices": [george, {"voice_id": "21m00Tcm4TlvDq8ikWAM", "name": "Rachel"}]})

    @override
    def answer(self, asked: Asked, sound: Sound, data: bytes | None, *, good_times: bool) -> Response:
        encoded = sound.encoded(asked.wanted) if data is None else data
        alignment = _alignment(asked.text, sound.seconds)
        if not good_times:
            alignment["character_start_times_seconds"] = [None, -1.0, "soon"]
        body = {"audio_base64": base64.b64encode(encoded).decode(), "alignment": alignment}
        return json_response({**body, "normalized_alignment": alignment})

    @override
    def refuse(self, status: int, kind: str, message: str) -> Response:
        return json_response({"detail": {"status": kind, "message": message}}, status)


def _alignment(text: str, seconds: float) -> dict[str, Any]:
    """Every character lasts as long as every other."""
    each = seconds / max(1, len(text))
    return {
        "characters": list(text),
        "character_start_times_seconds": [round(at * each, 3) for at in range(len(text))],
        "character_end_times_seconds": [round((at + 1) * each, 3) for at in range(len(text))],
    }
