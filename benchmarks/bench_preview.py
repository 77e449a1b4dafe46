"""A minute of preview clip: ours, against a still picture with a waveform by ffmpeg, as one would make it by hand."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import ffmpeg

from longtake.ffmpeg import run
from longtake.preview import render_preview
from tests.preview_media import speech_like, write_chunk, write_portrait

SECONDS = 60
SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}


def by_ffmpeg(image: Path, chunk: Path, output: Path) -> None:
    """A still loop with showwaves over its foot, x264 veryfast."""
    width, height = SIZES["720p"]
    sound = ffmpeg.input(str(chunk))
    waves = sound.audio.filter("showwaves", size=f"{width // 2}x{height // 5}", rate=25, mode="cline", colors="white")
    still = ffmpeg.input(str(image), loop=1, framerate=25)
    picture = still.overlay(waves, x="(W-w)/2", y="H-h-20").filter("format", "yuv420p")
    run(
        ffmpeg.output(
            picture, sound.audio, str(output), vcodec="libx264", preset="veryfast", acodec="aac", shortest=None
        )
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and seconds that processors worked, those of child processes too."""
    begun, worked = time.monotonic(), sum(os.times()[:4])
    work()
    return time.monotonic() - begun, sum(os.times()[:4]) - worked


def told(what: str, seconds: float, times: tuple[float, float]) -> None:
    passed, worked = times
    print(f"{what:28}{seconds / passed:5.0f}x real time, {seconds / worked:5.0f}x a core")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chunk = write_chunk(folder / "chunk.wav", speech_like(SECONDS))
        images = {label: write_portrait(folder / f"{label}.jpg", size) for label, size in SIZES.items()}
        for label, image in images.items():
            for kind in ("first", "next"):  # the first clip of a size draws the lights for all
                output = folder / f"{label}.mp4"
                times = timed(partial(render_preview, image, chunk, output, label="007"))
                told(f"ours, {label}, {kind} clip", SECONDS, times)
            print(f"ours, {label}: {output.stat().st_size / 1e6:.1f} MB a minute")
        threads = [
            threading.Thread(
                target=render_preview, args=(images["720p"], chunk, folder / f"{n}.mp4"), kwargs={"label": f"{n:03d}"}
            )
            for n in range(4)
        ]

        def all_at_once() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        told("ours, 720p, 4 at once", 4 * SECONDS, timed(all_at_once))
        unit = 1024 if sys.platform == "linux" else 1024 * 1024
        print(f"ours, memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit} MB at most")
        ours = timed(partial(render_preview, images["720p"], chunk, folder / "ours.mp4", label="007"))
        theirs = timed(lambda: by_ffmpeg(images["720p"], chunk, folder / "theirs.mp4"))
        told("ffmpeg, 720p, showwaves", SECONDS, theirs)
        print(f"ours is {theirs[0] / ours[0]:.0f} times as fast, and {theirs[1] / ours[1]:.0f} times a core")


if __name__ == "__main__":
    main()
