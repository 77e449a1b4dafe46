"""Sounds for the tests of loudness, recordings and the master, and ffmpeg's own meter to judge them by."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake import ffmpeg as runner

RATE = 48_000
Samples = NDArray[np.int16]


def speech(seconds: float, *, peak_db: float = -6.0, seed: int = 1) -> Samples:
    """Bursts of a voice-like sound with pauses between: harmonics that glide, and breath. Never the same twice."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    t = np.arange(count) / RATE
    voiced = np.zeros(count)
    at = 0.05
    while at < seconds:
        length, pause = rng.uniform(0.12, 0.45), rng.choice([0.05, 0.2, 0.5], p=[0.6, 0.3, 0.1])
        inside = slice(round(at * RATE), round((at + length) * RATE))
        span = t[inside] - at
        pitch = rng.uniform(90, 220) * (1 + 0.2 * span)
        tones = sum(np.sin(2 * np.pi * pitch * k * span + k * k) / k for k in range(1, 16))
        voiced[inside] = np.sin(np.pi * np.clip(span / length, 0, 1)) * rng.uniform(0.4, 1) * tones
        at += length + pause
    voiced += 0.05 * np.abs(voiced) * rng.standard_normal(count) + 1e-4 * rng.standard_normal(count)
    return scaled(voiced, peak_db)


def noise(seconds: float, *, peak_db: float = -6.0) -> Samples:
    return scaled(np.random.default_rng(2).standard_normal(round(seconds * RATE)), peak_db)


def tone(seconds: float, hertz: float, *, peak_db: float = -20.0, rate: int = RATE, phase: float = 0.0) -> Samples:
    return scaled(np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + phase), peak_db)


def clipped(samples: Samples, gain: float = 8.0) -> Samples:
    return np.clip(samples * gain, -32768, 32767).astype(np.int16)


def scaled(wave: NDArray[Any], peak_db: float) -> Samples:
    return np.rint(wave / np.abs(wave).max() * 32767 * 10 ** (peak_db / 20)).astype(np.int16)


def save(path: Path, samples: NDArray[Any], *, rate: int = RATE, **kind: Any) -> Path:
    """Write a sound as a WAV (or what the suffix says); channels are columns."""
    soundfile.write(path, samples, rate, **kind)
    return path


def ffmpeg_loudness(path: Path) -> tuple[float, float]:
    """What ffmpeg's own meter says of a file: integrated LUFS and true peak in dBTP, as both sides of a player."""
    heard = ffmpeg.input(f"file:{path}").audio.filter("ebur128", peak="true", dualmono="true")
    said = runner.run(heard.output("-", format="null")).stderr.decode(errors="replace")
    summary = said[said.rindex("Summary:") :]
    return float(re.findall(r"I:\s+(\S+) LUFS", summary)[0]), float(re.findall(r"Peak:\s+(\S+) dBFS", summary)[0])


def decoded(path: Path) -> NDArray[np.float64]:
    """A file's sound by the ffmpeg binary, as 48 kHz mono at 16-bit scale."""
    sound = ffmpeg.input(f"file:{path}").audio.output("pipe:1", format="f32le", ac=1, ar=RATE)
    return np.frombuffer(runner.run(sound).stdout, np.float32).astype(np.float64) * 32768


def lag(late: NDArray[Any], early: NDArray[Any]) -> int:
    """By how many samples the first sound is later than the second, where they match best."""
    size = 1 << (len(late) + len(early)).bit_length()
    product = np.fft.irfft(np.fft.rfft(late, size) * np.conj(np.fft.rfft(early, size)), size)
    best = int(np.argmax(product))
    return best if best < size // 2 else best - size


def in_blocks(samples: Samples, size: int) -> list[Samples]:
    return [samples[start : start + size] for start in range(0, len(samples), size)]


def peak_memory_mb() -> float:
    """The most memory that this process has had. Linux's ru_maxrss counts what the parent had, too: it is not that."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
