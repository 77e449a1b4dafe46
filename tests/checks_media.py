"""Clips and voices for the tests of the checks: made here, small, the same on every run."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import soundfile as sf
from numpy.typing import NDArray

RATE = 48_000
WIDTH, HEIGHT = 320, 180
Samples = NDArray[np.float32]
Openness = Callable[[int], float]


def voice(seconds: float, seed: int) -> Samples:
    """Something like speech: syllables of gliding harmonics and hiss, with short gaps, at about -20 dBFS."""
    random = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE), np.float32)
    at = 0
    while at < out.size:
        count = min(round(random.uniform(0.12, 0.28) * RATE), out.size - at)
        time = np.arange(count) / RATE
        pitch = random.uniform(95, 190) * (1 + random.uniform(-0.25, 0.25) * time / time[-1] if count > 1 else 1)
        phase = np.cumsum(2 * np.pi * pitch / RATE)
        formants = random.uniform((300, 900, 2200), (800, 2200, 3200))
        partials = np.arange(1, 25)
        weights = sum(np.exp(-(((partials * 140 - f) / 220) ** 2)) for f in formants) + 0.02
        sound = (np.sin(partials[:, None] * phase) * weights[:, None]).sum(axis=0)
        sound = sound / (np.abs(sound).max() + 1e-9) + random.normal(0, 0.05, count)
        out[at : at + count] = 0.25 * sound * np.hanning(count)
        at += count + round(random.uniform(0.0, 0.06) * RATE)
    return out


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def write_chunk(path: Path, samples: Samples) -> Path:
    sf.write(path, samples, RATE, subtype="PCM_16", format="WAV")
    return path


def talking(number: int) -> float:
    """How far the mouth is open in a frame: it moves all the time, never twice the same in a second."""
    return 0.5 + 0.5 * float(np.sin(number * 0.9) * np.sin(number * 0.131 + 1))


@cache
def _backdrop() -> NDArray[np.uint8]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    face = ((x - WIDTH / 2) / (HEIGHT * 0.2)) ** 2 + ((y - HEIGHT / 2) / (HEIGHT * 0.3)) ** 2 < 1
    picture = 90 + 50 * np.sin(x / 23) + 30 * np.cos(y / 17) + np.random.default_rng(7).normal(0, 6, x.shape)
    return np.where(face, 190, picture).clip(0, 255).astype(np.uint8)


def face(openness: float) -> NDArray[np.uint8]:
    """A portrait in grey whose mouth is so far open."""
    picture = _backdrop().copy()
    height = 1 + round(openness * 10)
    picture[112 : 112 + height, WIDTH // 2 - 8 : WIDTH // 2 + 8] = 40
    return picture


def make_clip(
    path: Path,
    sound: Samples | None,
    *,
    frames: int,
    fps: Fraction = Fraction(25),
    mouth: Openness = talking,
    picture: Callable[[int], NDArray[np.uint8]] | None = None,
    times: Callable[[int], float] | None = None,
    codec: str = "libx264",
    gop: int = 12,
    audio_codec: str = "aac",
    faststart: bool = True,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode a clip. `times` gives each frame's time in frames, for a variable rate."""
    speed = {
        "libx264": {"preset": "ultrafast", "crf": "23", "x264-params": "scenecut=0:threads=1"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    }.get(codec, {})
    container_options = {"movflags": "+faststart"} if faststart and path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=container_options) as media:
        video = media.add_stream(codec, rate=fps, options={**speed, **(options or {})})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.gop_size = gop
        tick = video.codec_context.time_base = Fraction(1, 90_000)
        track = media.add_stream(audio_codec, rate=RATE, layout="mono") if sound is not None else None
        for number in range(frames):
            image = picture(number) if picture else face(mouth(number))
            frame = av.VideoFrame.from_ndarray(image, format="gray").reformat(format="yuv420p")
            frame.pts = round((times(number) if times else number) / (fps * tick))
            frame.time_base = tick
            media.mux(video.encode(frame))
        media.mux(video.encode(None))
        if track is not None and sound is not None:
            for start in range(0, sound.size, 960):
                block = av.AudioFrame.from_ndarray(sound[None, start : start + 960], format="fltp", layout="mono")
                block.sample_rate = RATE
                block.pts = start
                media.mux(track.encode(block))
            media.mux(track.encode(None))
    return path
