"""AWS Polly: `POST /v1/speech`, whose answer is the sound, or speech marks as a JSON object a line."""

from __future__ import annotations

import json
import re

from typing_extensions import override

from emulators.server import Request, Response, json_response
from emulators.voices.protocol import Asked, SpeechProtocol, text_in
from emulators.voices.sounds import Sound

_KEY = re.compile(r"Credential=([^/,]+)/")


class PollySpeech(SpeechProtocol):
    """As in AWS's API reference, SynthesizeSpeech. The request's signature is not checked, only whose it is."""

    provider = "polly"
    longest_text = 3000
    wrong_key = (403, "UnrecognizedClientException")
    no_credit = (403, "OptInRequired")
    too_long = (400, "TextLengthExceededException")
    busy = (400, "ThrottlingException")

    @override
    def read(self, request: Request) -> Asked | None:
        body = request.json()
        if request.method != "POST" or request.path != "/v1/speech" or body is None:
            return None
        signed = _KEY.search(request.headers.get("authorization", ""))
        return Asked(
            key=signed[1] if signed else "",
            model=text_in(body, "Engine") or "standard",
            voice=text_in(body, "VoiceId"),
            text=text_in(body, "Text"),
            wanted=text_in(body, "OutputFormat"),
        )

    @override
    def listing(self, request: Request) -> Response | None:
        if (request.method, request.path) != ("GET", "/v1/voices"):
            return None
        joanna = {"Id": "Joanna", "Name": "Joanna", "LanguageCode": "en-US", "SupportedEngines": ["neural", "standard"]}
        return json_response({"Voices": [joanna]})

    @override
    def answer(self, asked: Asked, sound: Sound, data: bytes | None, *, good_times: bool) -> Response:
        if asked.wanted == "json":
            marks = (
                _marks(asked.text, sound.seconds) if good_times else b'{"time": "soon"}\n{"type": "word"}\nnot JSON\n'
            )
            return Response(200, marks if data is None else data, {"Content-Type": "application/x-json-stream"})
        body = sound.encoded(asked.wanted) if data is None else data
        headers = {"Content-Type": "audio/ogg", "x-amzn-RequestCharacters": str(len(asked.text))}
        return Response(200, body, headers)

    @override
    def refuse(self, status: int, kind: str, message: str) -> Response:
        return json_response({"message": message}, status, {"x-amzn-ErrorType": kind})


def _marks(text: str, seconds: float) -> bytes:
    """A mark for each word; its place in the text is told in bytes, its time in milliseconds."""
    lines = []
    for word in re.finditer(r"\w+", text):
        first, behind = (len(text[:at].encode()) for at in word.span())
        time = round(1000 * seconds * word.start() / len(text))
        lines.append(json.dumps({"time": time, "type": "word", "start": first, "end": behind, "value": word[0]}))
    return "".join(line + "\n" for line in lines).encode()
