"""The program that holds libespeak-ng: a process of its own, run as a file, that imports nothing of Longtake.

It is GPL-3.0 software's own process; it speaks a small binary protocol on its pipes. It is started in the folder that
holds `espeak-ng-data`, because the library keeps the data's path in 160 bytes.

One process of espeak-ng does not say a sentence twice alike: what it said before, the C library's random numbers and
the clock all leave traces. So this process never speaks itself. Each sentence is spoken by a fork of it, which begins
where every other began, and whose crash harms no one. The numbers that voices take their breath from get a fixed seed.

Request: <kind: byte> <bytes of voice: u32> <bytes of text: u32> <voice> <text>; kinds are SPEAK and LIST.
Answer: <state: byte> <bytes: u32> <bytes>; the first one comes unasked, when the library has been loaded. Speech is
<words: u32>, for each of them a WORD, and 16-bit samples.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

REQUEST = struct.Struct("<BII")
ANSWER = struct.Struct("<BI")
COUNT = struct.Struct("<I")
WORD = struct.Struct("<III")
"""Where a word begins in the text, how long it is there, both in characters, and the millisecond it is heard at."""
SPEAK, LIST = 1, 2
DONE, REFUSED, CRASHED = 0, 1, 2

LONGEST_SENTENCE_SECONDS = 60
"""The longest that a sentence may take to be spoken; it usually takes a hundredth of a second."""

_SYNCHRONOUS = 2
_DO_NOT_EXIT_ON_ERRORS = 0x8000
_UTF8 = 1
_BY_CHARACTER = 1
_END_OF_EVENTS, _WORD_EVENT = 0, 1


class _VoiceRecord(ctypes.Structure):
    """espeak_VOICE of speak_lib.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("unused", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h. Positions in the text count from 1."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_SAMPLES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


def main(library_path: str) -> None:
    """Load the library, then answer requests until stdin ends."""
    try:
        espeak = ctypes.CDLL(library_path)
        rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, b".", _DO_NOT_EXIT_ON_ERRORS)
    except (OSError, AttributeError) as error:
        _answer(REFUSED, str(error).encode(errors="replace"))
        return
    if rate <= 0:
        _answer(REFUSED, f"espeak_Initialize answered {rate}".encode())
        return
    _answer(DONE, COUNT.pack(rate))
    while request := _request(sys.stdin.buffer):
        kind, voice, text = request
        if kind == LIST:
            _answer(*_in_a_fork(lambda: _listing(espeak)))
        else:
            _answer(*_in_a_fork(lambda voice=voice, text=text: _speech(espeak, voice, text)))  # type: ignore[misc]


def _request(pipe: BinaryIO) -> tuple[int, bytes, bytes] | None:
    head = pipe.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    kind, voice_bytes, text_bytes = REQUEST.unpack(head)
    return kind, pipe.read(voice_bytes), pipe.read(text_bytes)


def _answer(state: int, data: bytes) -> None:
    sys.stdout.buffer.write(ANSWER.pack(state, len(data)) + data)
    sys.stdout.buffer.flush()


def _in_a_fork(work: Callable[[], bytes]) -> tuple[int, bytes]:
    """What `work` gives in a fork of this process, or how that ended."""
    reading, writing = os.pipe()
    fork = os.fork()
    if fork == 0:
        _work_and_exit(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    if code in (DONE, REFUSED):
        return code, data
    how = "took too long" if code == -signal.SIGALRM else f"ended with {code}"
    return CRASHED, f"espeak-ng {how}".encode()


def _work_and_exit(work: Callable[[], bytes], writing: int) -> None:
    """Do the work in the fork. The fork keeps no end of the parent's pipes, and ends by itself when it hangs."""
    code = CRASHED
    try:
        os.close(0)
        os.close(1)
        signal.alarm(LONGEST_SENTENCE_SECONDS)
        with os.fdopen(writing, "wb") as pipe:
            try:
                pipe.write(work())
                code = DONE
            except ValueError as error:
                pipe.write(str(error).encode())
                code = REFUSED
    finally:
        os._exit(code)


def _speech(espeak: Any, voice: bytes, text: bytes) -> bytes:
    """The text's words, and its 16-bit mono samples."""
    samples = bytearray()
    words: list[bytes] = []

    def take(block: int | None, count: int, events: Any) -> int:
        if block and count > 0:
            samples.extend(ctypes.string_at(block, 2 * count))
        words.extend(_words(events))
        return 0

    if hasattr(espeak, "espeak_ng_SetRandSeed"):
        espeak.espeak_ng_SetRandSeed(ctypes.c_long(1))
    callback = _SAMPLES(take)
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByName(voice):
        raise ValueError("espeak-ng does not know the voice")
    ended = text + b"\0"
    failed = espeak.espeak_Synth(ended, ctypes.c_size_t(len(ended)), 0, _BY_CHARACTER, 0, _UTF8, None, None)
    if failed:
        raise ValueError(f"espeak_Synth answered {failed}")
    espeak.espeak_Synchronize()
    return COUNT.pack(len(words)) + b"".join(words) + samples


def _words(events: Any) -> Iterator[bytes]:
    """The words among the events that come with a block of samples."""
    at = 0
    while events and events[at].type != _END_OF_EVENTS:
        event = events[at]
        if event.type == _WORD_EVENT and event.text_position > 0 and event.length > 0 and event.audio_position >= 0:
            yield WORD.pack(event.text_position - 1, event.length, event.audio_position)
        at += 1


def _listing(espeak: Any) -> bytes:
    """JSON: voices as [identifier, name, [[priority, language], ...]], and the names of the variants."""
    espeak.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
    records = espeak.espeak_ListVoices(None)
    voices: list[Any] = []
    while records[len(voices)]:
        record = records[len(voices)].contents
        languages = _languages(record.languages)
        voices.append([record.identifier.decode(), record.name.decode(), languages])
    variants = sorted(path.name for path in Path("espeak-ng-data", "voices", "!v").iterdir())
    return json.dumps({"voices": voices, "variants": variants}).encode()


def _languages(at: int) -> list[tuple[int, str]]:
    """Pairs of a priority byte and a zero-ended tag, until a zero priority."""
    found = []
    while priority := ctypes.string_at(at, 1)[0]:
        tag = ctypes.string_at(at + 1)
        found.append((priority, tag.decode()))
        at += len(tag) + 2
    return found


if __name__ == "__main__":
    main(sys.argv[1])
