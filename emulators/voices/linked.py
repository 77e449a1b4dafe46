"""fal's synchronous address and AIML API's speech: their answers name an address of the sound."""

from __future__ import annotations

from typing_extensions import override

from emulators.server import Request, Response, json_response
from emulators.voices.openai import MEDIA_TYPES
from emulators.voices.protocol import Asked, SpeechProtocol, bearer_in, text_in
from emulators.voices.sounds import Sound

FILES = "/files/"


class LinkedSpeech(SpeechProtocol):
    """What both have in common: sound is kept here until the emulator ends, for whoever has its address."""

    longest_text = 4096
    too_long = (422, "string_too_long")
    busy = (429, "rate_limit_exceeded")

    def __init__(self) -> None:
        super().__init__()
        self._made = 0

    @override
    def answer(self, asked: Asked, sound: Sound, data: bytes | None, *, good_times: bool) -> Response:
        self._made += 1
        path = f"{FILES}{self._made}.{asked.wanted}"
        media_type = MEDIA_TYPES.get(asked.wanted, "audio/wav")
        encoded = sound.encoded(asked.wanted) if data is None else data
        self.files[path] = Response(200, encoded, {"Content-Type": media_type})
        return json_response({"audio": {"url": f"{asked.origin}/{self.provider}{path}", "content_type": media_type}})


class FalSpeech(LinkedSpeech):
    """As on fal's model pages: `POST https://fal.run/<endpoint>`, with `prompt` or `text`, and `voice`."""

    provider = "fal"
    wrong_key = (401, "unauthorized")
    no_credit = (403, "exhausted_balance")

    @override
    def read(self, request: Request) -> Asked | None:
        body = request.json()
        if request.method != "POST" or body is None:
            return None
        return Asked(
            key=bearer_in(request, "Key"),
            model=request.path.strip("/"),
            voice=text_in(body, "voice"),
            text=text_in(body, "prompt", "text"),
            wanted="wav",
            origin=f"http://{request.headers.get('host', '')}",
        )

    @override
    def refuse(self, status: int, kind: str, message: str) -> Response:
        return json_response({"detail": [{"type": kind, "msg": message}]}, status)


class AimlapiSpeech(LinkedSpeech):
    """As in AIML API's reference: `POST /v1/tts`."""

    provider = "aimlapi"
    wrong_key = (401, "Unauthorized")
    no_credit = (402, "payment_required")

    @override
    def read(self, request: Request) -> Asked | None:
        body = request.json()
        if request.method != "POST" or request.path != "/v1/tts" or body is None:
            return None
        return Asked(
            key=bearer_in(request),
            model=text_in(body, "model"),
            voice=text_in(body, "voice"),
            text=text_in(body, "text"),
            wanted=text_in(body, "response_format") or "mp3",
            origin=f"http://{request.headers.get('host', '')}",
        )

    @override
    def refuse(self, status: int, kind: str, message: str) -> Response:
        return json_response({"statusCode": status, "error": kind, "message": message}, status)
