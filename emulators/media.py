"""What is wrong with a clip: another rate, length, size or encoder, a black or frozen picture, a wrong sound, a cut."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame

from emulators.faults import Rule
from longtake.grid import SAMPLES_PER_SECOND

WIDE = (1920, 1088)
KEPT_SHARE = 0.6
"""Of a truncated file."""

_USUAL = {"preset": "ultrafast", "crf": "23", "x264-params": "threads=1"}
_OTHER_ENCODER = {"preset": "veryfast", "profile": "high", "crf": "26", "x264-params": "threads=1:bframes=3:ref=4"}
_BLOCK = 1024
_WRONG_SOUND_SEED = 20


def spoil(clip: Path, target: Path, fault: Rule | None) -> None:
    """Write the clip to `target` with that fault. HTML and short content are faults of the download."""
    kind = fault.fault if fault else ""
    if fault is None or kind in ("html", "short-content"):
        shutil.copyfile(clip, target)
    elif kind == "truncated":
        data = clip.read_bytes()
        target.write_bytes(data[: round(len(data) * KEPT_SHARE)])
    else:
        _encode_again(clip, target, fault)


def _encode_again(clip: Path, target: Path, fault: Rule) -> None:
    with (
        av.open(str(clip)) as source,
        av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as out,
    ):
        rate = fault.fps if fault.fault == "other-fps" else 25
        options = _OTHER_ENCODER if fault.fault == "encoder" else _USUAL
        video = out.add_stream("libx264", rate=rate, options=options)
        shown = source.streams.video[0]
        video.width, video.height = WIDE if fault.fault == "size" else (shown.width, shown.height)
        video.pix_fmt = "yuv420p"
        audio = None if fault.fault == "no-audio" else out.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono")
        for number, frame in enumerate(_pictures(source, fault)):
            fitted = frame.reformat(width=video.width, height=video.height, format="yuv420p")
            fitted.pts, fitted.time_base, fitted.pict_type = number, Fraction(1, rate), 0
            out.mux(video.encode(fitted))
        out.mux(video.encode(None))
        if audio is not None:
            _copy_sound(clip, out, audio, wrong=fault.fault == "wrong-audio")


def _pictures(source: InputContainer, fault: Rule) -> Iterator[VideoFrame]:
    frames = list(source.decode(video=0))
    count = len(frames)
    if fault.fault == "other-fps":
        count = round(len(frames) * fault.fps / 25)
    elif fault.fault == "frames":
        count += fault.frames
    for number in range(count):
        at = round(number * 25 / fault.fps) if fault.fault == "other-fps" else number
        frame = frames[0 if fault.fault == "frozen" else min(at, len(frames) - 1)]
        yield _black(frame) if fault.fault == "black" else frame


def _black(frame: VideoFrame) -> VideoFrame:
    picture = np.zeros((frame.height, frame.width, 3), np.uint8)
    return VideoFrame.from_ndarray(picture, format="rgb24")


def _copy_sound(clip: Path, out: OutputContainer, stream: av.AudioStream, *, wrong: bool) -> None:
    with av.open(str(clip)) as source:
        blocks = [frame.to_ndarray()[0] for frame in source.decode(audio=0)]
    samples = np.concatenate(blocks).astype(np.float32)
    if wrong:
        samples = _other_voice(samples.size)
    for start in range(0, samples.size, _BLOCK):
        block = av.AudioFrame.from_ndarray(samples[None, start : start + _BLOCK], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = SAMPLES_PER_SECOND, start, Fraction(1, SAMPLES_PER_SECOND)
        out.mux(stream.encode(block))
    out.mux(stream.encode(None))


def _other_voice(length: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Bursts of noise, unlike any speech that was sent."""
    random = np.random.default_rng(_WRONG_SOUND_SEED)
    noise = random.normal(0, 0.1, length)
    steps = np.repeat(random.uniform(0, 1, length // 4800 + 1), 4800)[:length] ** 3
    return np.asarray(noise * steps, np.float32)
