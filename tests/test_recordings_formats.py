"""Every format gives the same sound at the same place; what is no usable recording is refused with words that help."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ffmpeg
import numpy as np
import pytest
from PIL import Image

from longtake import ffmpeg as runner
from longtake.errors import MediaError
from longtake.recordings import measure_recording
from longtake.recordings.read import Sound
from tests.loudness_media import RATE, Samples, lag, save, speech

SECONDS = 8
VOICE = speech(SECONDS)
CODECS: dict[str, dict[str, object]] = {
    "wav": {"acodec": "pcm_s16le"},
    "24.wav": {"acodec": "pcm_s24le", "ac": 2},
    "44.wav": {"acodec": "pcm_s16le", "ar": 44_100},
    "flac": {"acodec": "flac"},
    "aiff": {"acodec": "pcm_s16be"},
    "mp3": {"acodec": "libmp3lame", "audio_bitrate": "192k"},
    "m4a": {"acodec": "aac", "audio_bitrate": "128k"},
    "aac.mov": {"acodec": "aac", "ar": 44_100, "ac": 2, "audio_bitrate": "192k"},
    "ogg": {"acodec": "libvorbis", "audio_bitrate": "128k"},
    "opus": {"acodec": "libopus", "audio_bitrate": "96k"},
    "wma": {"acodec": "wmav2", "audio_bitrate": "192k"},
    "webm": {"acodec": "libopus", "audio_bitrate": "96k"},
}
LATE_SAMPLES = {"wma": -2_048}
"""What a format itself shifts: WMA's codec delay is not in its file, so libav cuts off the first frame."""


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("voice") / "voice.wav", VOICE)


@pytest.fixture(scope="module")
def reference(voice: Path) -> np.ndarray:
    return measure_recording(voice).envelope_db


def converted(source: Path, target: Path, **kind: object) -> Path:
    runner.run(ffmpeg.input(str(source)).audio.output(str(target), **kind))
    return target


def with_picture(source: Path, target: Path) -> Path:
    picture = ffmpeg.input("testsrc=s=128x72:r=25", f="lavfi", t=SECONDS).video
    kind = {"vcodec": "libx264", "preset": "ultrafast", "acodec": "aac", "audio_bitrate": "128k"}
    runner.run(ffmpeg.output(picture, ffmpeg.input(str(source)).audio, str(target), **kind))
    return target


def assert_same_sound(path: Path, reference: np.ndarray, late: int = 0) -> None:
    measure = measure_recording(path)
    count = min(len(reference), len(measure.envelope_db))
    assert abs(len(measure.envelope_db) - len(reference)) <= 5
    loud = reference[:count] > -45
    if not late:
        assert np.abs(measure.envelope_db[:count] - reference[:count])[loud].mean() < 0.5
    sound = np.concatenate(list(Sound(path, "it").blocks()))
    assert lag(sound, VOICE) == late


@pytest.mark.parametrize("name", CODECS)
def test_every_format_gives_the_same_sound(tmp_path: Path, voice: Path, reference: np.ndarray, name: str) -> None:
    path = converted(voice, tmp_path / f"talk.{name}", **CODECS[name])
    assert_same_sound(path, reference, LATE_SAMPLES.get(name, 0))


def test_a_video_gives_its_first_audio_track(tmp_path: Path, voice: Path, reference: np.ndarray) -> None:
    assert_same_sound(with_picture(voice, tmp_path / "talk.mp4"), reference)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_that_was_streamed_with_a_made_up_size(tmp_path: Path, voice: Path, reference, size: int) -> None:
    data = bytearray(voice.read_bytes())
    at = data.index(b"data") + 4
    data[4:8] = data[at : at + 4] = struct.pack("<I", size)
    path = tmp_path / "streamed.wav"
    path.write_bytes(data)
    assert_same_sound(path, reference)


@pytest.mark.parametrize(
    "name",
    [
        "-y.wav",
        "a: b.wav",
        "http:talk.wav",
        "concat:a|b.wav",
        "100%d 'one' \"two\" `three`.wav",
        "ünï çødé 音声 🎤.wav",
        "new\nline.wav",
        "two  spaces .wav",
        "back\\slash,comma;[x].wav",
        "no suffix",
    ],
)
def test_any_name_will_do(tmp_path: Path, voice: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(voice.read_bytes())
    assert measure_recording(tmp_path / name).facts.samples == len(VOICE)
    monkeypatch.chdir(tmp_path)
    assert measure_recording(Path(name)).facts.samples == len(VOICE)


def changed(voice: Path, old: bytes, new: bytes) -> bytes:
    assert old in voice.read_bytes()
    return voice.read_bytes().replace(old, new, 1)


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "missing": lambda path, voice: None,
    "folder": lambda path, voice: path.mkdir(),
    "empty": lambda path, voice: path.touch(),
    "text": lambda path, voice: path.write_text("Good evening. " * 100),
    "noise bytes": lambda path, voice: path.write_bytes(np.random.default_rng(0).bytes(100_000)),
    "picture": lambda path, voice: Image.new("RGB", (64, 64)).save(path, "PNG"),
    "header only": lambda path, voice: path.write_bytes(voice.read_bytes()[:44]),
    "silent": lambda path, voice: save(path, np.zeros(RATE, np.int16)),
    "nearly silent": lambda path, voice: save(path, speech(2, peak_db=-75)),
    "too short": lambda path, voice: save(path, VOICE[: RATE // 6]),
    "cut off": lambda path, voice: path.write_bytes(voice.read_bytes()[: RATE * 2 * 3]),
    "unknown codec": lambda path, voice: path.write_bytes(
        changed(voice, b"fmt \x10\0\0\0\x01\0", b"fmt \x10\0\0\0\xee\xee")
    ),
    "looping header": lambda path, voice: path.write_bytes(b"RIFF\0\0\0\0WAVEfmt \0\0\0\0" + bytes(200)),
    "playlist": lambda path, voice: path.write_text("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/talk.ts\n"),
}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "No such file"),
        ("folder", "cannot be read"),
        ("empty", "the file is empty"),
        ("text", "cannot be read as audio or video|no audio track"),
        ("noise bytes", "cannot be read as audio or video|could not be decoded|no audio track"),
        ("picture", "no audio track"),
        ("header only", "cannot be read as audio or video|only 0.00 s"),
        ("silent", "it is silent"),
        ("nearly silent", "it is silent"),
        ("too short", r"only 0\.17 s long"),
        ("cut off", r"cut off or damaged: 3\.0 s of 8\.0 s"),
        ("unknown codec", "coded in a way that nothing here knows|could not be decoded"),
        ("looping header", "cannot be read"),
        ("playlist", "cannot be read|no audio track|could not be decoded"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, voice: Path, kind: str, words: str) -> None:
    path = tmp_path / f"{kind}.wav"
    DAMAGES[kind](path, voice)
    with pytest.raises(MediaError, match=words) as caught:
        measure_recording(path, name="my talk.wav")
    assert caught.value.where == "my talk.wav"
    assert caught.value.hint
    assert str(tmp_path) not in str(caught.value)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent film.mp4"
    runner.run(ffmpeg.input("testsrc=s=64x36:r=25", f="lavfi", t=1).output(str(path), vcodec="libx264"))
    with pytest.raises(MediaError, match=r"silent film.mp4: it has no audio track"):
        measure_recording(path)


@pytest.mark.parametrize("name", ["flac", "m4a", "webm"])
def test_a_cut_off_file_is_refused_with_how_much_there_is(tmp_path: Path, voice: Path, name: str) -> None:
    kind = {**CODECS[name], **({"movflags": "faststart"} if name == "m4a" else {})}
    path = converted(voice, tmp_path / f"talk.{name}", **kind)
    os.truncate(path, path.stat().st_size * 2 // 3)
    with pytest.raises(MediaError, match=r"cut off or damaged: [3-6]\.\d s of 8\.0 s could be read"):
        measure_recording(path)


def test_an_m4a_without_its_end_is_refused(tmp_path: Path, voice: Path) -> None:
    path = converted(voice, tmp_path / "talk.m4a", acodec="aac")
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(MediaError, match="cannot be read as audio or video"):
        measure_recording(path)


def test_a_cut_off_mp3_is_used_with_a_warning(tmp_path: Path, voice: Path) -> None:
    """Cutters of MP3 files leave the old length in the header: it is no proof that something is missing."""
    path = converted(voice, tmp_path / "talk.mp3", **CODECS["mp3"])
    os.truncate(path, path.stat().st_size // 2)
    facts = measure_recording(path).facts
    assert 3 < facts.seconds < 5
    assert facts.warnings


def test_a_scratch_in_the_middle_is_a_warning(tmp_path: Path, voice: Path) -> None:
    path = converted(voice, tmp_path / "talk.mp3", **CODECS["mp3"])
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 600] = bytes(range(200)) * 3
    path.write_bytes(data)
    facts = measure_recording(path).facts
    assert abs(facts.seconds - SECONDS) < 0.5
    assert any("damaged in places" in warning for warning in facts.warnings)


_MEASURE = """
import sys
from pathlib import Path
from longtake.recordings import measure_recording
from tests.loudness_media import peak_memory_mb
for name in sys.argv[1:]:
    seconds = measure_recording(Path(name)).facts.seconds
    print(seconds, peak_memory_mb())
"""


def test_memory_does_not_grow_with_the_length(tmp_path: Path, voice: Path) -> None:
    short = converted(voice, tmp_path / "talk.aac", acodec="aac")
    long = tmp_path / "long.m4a"
    runner.run(ffmpeg.input(str(short), stream_loop=149).output(str(long), c="copy"))
    answer = subprocess.run([sys.executable, "-c", _MEASURE, short, long], capture_output=True, text=True, check=True)
    (_, before), (seconds, after) = (map(float, line.split()) for line in answer.stdout.splitlines())
    assert seconds > 1_150
    assert after < 250
    assert after - before < 25


def test_the_envelope_is_the_rms_of_each_hop(voice: Path, reference: np.ndarray) -> None:
    hops: Samples = VOICE[: len(reference) * 480].reshape(-1, 480)
    rms = np.sqrt(np.square(hops / 32768).mean(axis=1))
    assert np.allclose(reference, 20 * np.log10(np.maximum(rms, 1e-6)), atol=0.01)
