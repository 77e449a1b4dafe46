"""OpenAI's speech API: `POST /v1/audio/speech`, whose answer is the sound."""

from __future__ import annotations

from typing_extensions import override

from emulators.server import Request, Response, json_response
from emulators.voices.protocol import Asked, SpeechProtocol, bearer_in, text_in
from emulators.voices.sounds import Sound

MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "pcm": "audio/pcm"}


class OpenAISpeech(SpeechProtocol):
    """As in OpenAI's API reference, create speech."""

    provider = "openai"
    longest_text = 4096
    wrong_key = (401, "invalid_api_key")
    no_credit = (429, "insufficient_quota")
    too_long = (400, "string_above_max_length")
    busy = (429, "rate_limit_exceeded")

    @override
    def read(self, request: Request) -> Asked | None:
        body = request.json()
        if request.method != "POST" or request.path != "/v1/audio/speech" or body is None:
            return None
        return Asked(
            key=bearer_in(request),
            model=text_in(body, "model"),
            voice=text_in(body, "voice"),
            text=text_in(body, "input"),
            wanted=text_in(body, "response_format") or "mp3",
        )

    @override
    def listing(self, request: Request) -> Response | None:
        """As Kokoro-FastAPI answers; OpenAI itself has no such list."""
        if (request.method, request.path) != ("GET", "/v1/audio/voices"):
            return None
        return json_response({"voices": ["af_heart", "onyx"]})

    @override
    def answer(self, asked: Asked, sound: Sound, data: bytes | None, *, good_times: bool) -> Response:
        media_type = MEDIA_TYPES.get(asked.wanted, "audio/wav")
        return Response(200, sound.encoded(asked.wanted) if data is None else data, {"Content-Type": media_type})

    @override
    def refuse(self, status: int, kind: str, message: str) -> Response:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": kind}
        return json_response({"error": error}, status)
