"""Voices and portraits for the tests of preview clips."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from longtake.grid import SAMPLES_PER_FRAME, SAMPLES_PER_SECOND


def speech_like(seconds: float, *, seed: int = 1, loud: float = 0.25) -> NDArray[np.float64]:
    """Tones and noise in syllables of uneven length and loudness, as a voice has them."""
    random = np.random.default_rng(seed)
    length = round(seconds * SAMPLES_PER_SECOND)
    times = np.arange(length) / SAMPLES_PER_SECOND
    voice = sum(np.sin(2 * np.pi * 130 * n * times + random.uniform(0, 6)) / n for n in range(1, 24))
    voice = voice + random.normal(0, 0.3, length)
    envelope = np.zeros(length)
    at = 0
    while at < length:
        syllable = round(random.uniform(0.09, 0.28) * SAMPLES_PER_SECOND)
        bump = np.sin(np.linspace(0, np.pi, syllable)) ** 0.7 * random.uniform(0.35, 1)
        envelope[at : at + syllable] = bump[: length - at]
        at += syllable + round(random.choice([0.02, 0.05, 0.35], p=[0.6, 0.3, 0.1]) * SAMPLES_PER_SECOND)
    shaped = voice * envelope
    return shaped / np.abs(shaped).max() * loud if length else shaped


def write_chunk(path: Path, samples: NDArray[np.float64]) -> Path:
    """The samples as a chunk: 48 kHz, mono, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLES_PER_SECOND)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return path


def silence(frames: int) -> NDArray[np.float64]:
    return np.zeros(frames * SAMPLES_PER_FRAME)


def write_portrait(path: Path, size: tuple[int, int] = (640, 360)) -> Path:
    """A face before a soft background, as a JPEG of the video's size."""
    width, height = size
    across = np.linspace(0, 1, width)[None, :, None]
    down = np.linspace(0, 1, height)[:, None, None]
    ground = np.array([70.0, 110, 130]) * (0.6 + 0.4 * across) + np.array([30.0, 20, 0]) * down
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.36, height * 0.15, width * 0.64, height * 0.85), fill=(222, 178, 150))
    draw.ellipse((width * 0.46, height * 0.6, width * 0.54, height * 0.64), fill=(150, 60, 60))
    picture.save(path, quality=95)
    return path


def lumas(clip: Path) -> NDArray[np.int16]:
    """The brightness of every picture, in the order of showing."""
    with av.open(str(clip)) as media:
        return np.stack([frame.to_ndarray()[: frame.height] for frame in media.decode(video=0)]).astype(np.int16)


def heard(clip: Path) -> NDArray[np.float64]:
    """The clip's sound as a player gives it: 48 kHz, from the first picture on."""
    with av.open(str(clip)) as media:
        stream = media.streams.audio[0]
        frames = list(media.decode(stream))
        samples = np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float64)
        skipped = -(frames[0].pts or 0)  # priming that the edit list hides has times before 0
        return samples[max(0, skipped) :]
