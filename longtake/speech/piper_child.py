"""The program that speaks with a voice of Piper: a process of its own, run as a file, that imports nothing of Longtake.

Piper is GPL-3.0 software that holds the library of espeak-ng, whose crash takes its process down.

Request: <bytes of text: u32> <text in UTF-8>. Answer: <state: byte> <bytes: u32> <bytes>; a text's are 16-bit mono
samples, and the first one, which comes unasked, is the rate of the samples: u32.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import Any, BinaryIO

REQUEST = struct.Struct("<I")
ANSWER = struct.Struct("<BI")
RATE = struct.Struct("<I")
DONE, REFUSED = 0, 1


def main(model: str) -> None:
    """Load the voice, then answer requests until stdin ends."""
    answers = _private_stdout()
    try:
        from piper import PiperVoice

        # The voices of some languages fetch more files at their first sentence; they belong beside the voice.
        voice = PiperVoice.load(model, download_dir=os.path.dirname(model) or ".")  # noqa: PTH120  no other import
        rate = int(voice.config.sample_rate)
    except Exception as error:
        _answer(answers, REFUSED, _told(error))
        return
    _answer(answers, DONE, RATE.pack(rate))
    while (text := _request(sys.stdin.buffer)) is not None:
        try:
            _answer(answers, DONE, _speech(voice, text))
        except Exception as error:
            _answer(answers, REFUSED, _told(error))


def _private_stdout() -> BinaryIO:
    """Where answers go. Whatever else is printed goes to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def _request(pipe: BinaryIO) -> str | None:
    head = pipe.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    return pipe.read(REQUEST.unpack(head)[0]).decode()


def _answer(pipe: BinaryIO, state: int, data: bytes) -> None:
    pipe.write(ANSWER.pack(state, len(data)) + data)
    pipe.flush()


def _speech(voice: Any, text: str) -> bytes:
    """Piper splits a text into sentences by itself; their sounds follow each other."""
    return b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(text))


def _told(error: Exception) -> bytes:
    return f"{type(error).__name__}: {error}".encode(errors="replace")


if __name__ == "__main__":
    main(sys.argv[1])
