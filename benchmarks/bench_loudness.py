"""A recording brought to -16 LUFS and -1.5 dBTP as AAC: our way, ffmpeg-normalize, and loudnorm in two passes.

The same ffmpeg binary, the same ten minutes of bursts of speech (quiet, with a few loud words), one after the other.
What each reached is measured by ffmpeg's own meter; the lag is found by correlation. Then an hour of our way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ffmpeg
import numpy as np
import soundfile

from longtake import ffmpeg as runner
from longtake.assets import FolderStore
from longtake.assets.asset import describe
from longtake.loudness import encode_master, preset_named
from longtake.recordings import level_recording
from tests.loudness_media import RATE, Samples, decoded, ffmpeg_loudness, lag, save, speech

PODCAST = preset_named("podcast")
MINUTES = 10
NORMALIZE = "ffmpeg-normalize==1.43.0"
ENVIRONMENT = Path(".venv-bench")


def main() -> None:
    """Print what each way reaches and how long it takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = save(folder / "talk.wav", spoken(MINUTES))
        seconds = MINUTES * 60
        loudness, peak = ffmpeg_loudness(source)
        print(f"{MINUTES} minutes at {loudness:.1f} LUFS, {peak:.1f} dBTP, to -16 LUFS and -1.5 dBTP as mono AAC")
        print(f"{'':24}{'LUFS':>8}{'dBTP':>8}{'lag':>10}{'seconds':>10}{'x real time':>13}")
        ways: list[tuple[str, Callable[[Path, Path], object]]] = [
            ("longtake", longtake_way),
            ("loudnorm, two passes", loudnorm_way),
        ]
        program = installed_normalize()
        if program:
            ways.append(("ffmpeg-normalize 1.43.0", lambda source, output: normalize_way(program, source, output)))
        for title, way in ways:
            output = folder / "out.m4a"
            started = time.perf_counter()
            way(source, output)
            took = time.perf_counter() - started
            report(title, output, source, took, seconds)
        an_hour(folder)


def spoken(minutes: int) -> Samples:
    """Quiet speech with a loud word every now and then, so that the gain it needs meets the ceiling."""
    minute = speech(60, peak_db=-16)
    minute[20 * RATE : 20 * RATE + RATE // 2] = speech(0.5, peak_db=-4, seed=9)
    return np.tile(minute, minutes)


def report(title: str, output: Path, source: Path, took: float, seconds: float) -> None:
    loudness, peak = ffmpeg_loudness(output)
    heard = decoded(output)[: 30 * RATE]
    late = lag(heard, soundfile.read(source, frames=30 * RATE, dtype="int16")[0])
    print(f"{title:24}{loudness:8.1f}{peak:8.1f}{late:10d}{took:10.1f}{seconds / took:12.0f}x")


def longtake_way(source: Path, output: Path) -> None:
    """Measured, levelled to a WAV in a store (its pauses found too), mastered and verified."""
    with tempfile.TemporaryDirectory(dir=output.parent) as name:
        store = FolderStore(Path(name))
        recording = level_recording(source, source=describe(source), preset=PODCAST, store=store)
        with store.local(recording.line.audio) as path:
            encode_master(lambda: blocks_of(path), preset=PODCAST, output=output)


def blocks_of(path: Path) -> Iterator[Samples]:
    with soundfile.SoundFile(path) as file:
        yield from file.blocks(10 * RATE, dtype="int16")


def loudnorm_way(source: Path, output: Path) -> None:
    """As ffmpeg's own documentation has it: a pass that measures, and a linear one with what was measured."""
    target = {"i": -16, "tp": -1.5, "lra": 11, "dual_mono": "true"}
    first = ffmpeg.input(str(source)).audio.filter("loudnorm", **target, print_format="json")
    said = runner.run(first.output("-", format="null")).stderr.decode()
    found = json.loads(said[said.rindex("{") : said.rindex("}") + 1])
    measured = {f"measured_{key}": found[f"input_{key}"] for key in ("i", "tp", "lra", "thresh")}
    second = ffmpeg.input(str(source)).audio.filter(
        "loudnorm", **target, **measured, offset=found["target_offset"], linear="true"
    )
    runner.run(second.output(str(output), acodec="aac", audio_bitrate="128k", ar=RATE))


def normalize_way(program: Path, source: Path, output: Path) -> None:
    options = ["-t", "-16", "-tp", "-1.5", "--dual-mono", "-c:a", "aac", "-b:a", "128k", "-ar", str(RATE), "-f", "-q"]
    subprocess.run(
        [str(program), str(source), *options, "-o", str(output)],
        check=True,
        env={**os.environ, "FFMPEG_PATH": runner.ffmpeg_binary()},
    )


def installed_normalize() -> Path | None:
    """The program in an environment of its own, made when it is not there yet; None when it cannot be."""
    program = ENVIRONMENT / "bin" / "ffmpeg-normalize"
    if not program.exists():
        print(f"installing {NORMALIZE} into {ENVIRONMENT} …", flush=True)
        try:
            if not (ENVIRONMENT / "bin" / "python").exists():
                subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True, capture_output=True)
            pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", NORMALIZE]
            subprocess.run(pip, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"ffmpeg-normalize is left out: pip could not install it ({error})")
            return None
    return program.absolute()


_AN_HOUR = """
import sys, time
from pathlib import Path
from benchmarks.bench_loudness import PODCAST, blocks_of
from longtake.assets import FolderStore
from longtake.assets.asset import describe
from longtake.loudness import encode_master
from longtake.recordings import level_recording, measure_recording
from tests.loudness_media import peak_memory_mb
source, folder = Path(sys.argv[1]), Path(sys.argv[2])

def told(what, started):
    took = time.perf_counter() - started
    print(f"  {what:22}{took:8.1f} s {3600 / took:8.0f}x   at most {peak_memory_mb():.0f} MB", flush=True)
    return time.perf_counter()

started = time.perf_counter()
measure_recording(source)
started = told("measured", started)
store = FolderStore(folder / "store")
recording = level_recording(source, source=describe(source), preset=PODCAST, store=store)
started = told("measured and levelled", started)
with store.local(recording.line.audio) as path:
    encode_master(lambda: blocks_of(path), preset=PODCAST, output=folder / "hour.m4a")
told("mastered", started)
"""


def an_hour(folder: Path) -> None:
    """An hour of our way, in a process of its own."""
    print("longtake, an hour of FLAC:", flush=True)
    source = save(folder / "hour.flac", spoken(60))
    subprocess.run([sys.executable, "-c", _AN_HOUR, str(source), str(folder)], check=True)


if __name__ == "__main__":
    main()
