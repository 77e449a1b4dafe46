"""A minute of preview clip: ours, against a still picture with a waveform by ffmpeg, as one would make it by hand."""

from __future__ import annotations

import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
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


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chunk = write_chunk(folder / "chunk.wav", speech_like(SECONDS))
        images = {label: write_portrait(folder / f"{label}.jpg", size) for label, size in SIZES.items()}
        speeds = {}
        for label, image in images.items():
            for kind in ("first", "next"):
                output = folder / f"{label}.mp4"

                def work(image: Path = image, output: Path = output) -> None:
                    render_preview(image, chunk, output, label="007")

                seconds = timed(work)
                speeds[label, kind] = SECONDS / seconds
                size = output.stat().st_size / 1e6
                print(f"ours, {label}, {kind} clip: {SECONDS / seconds:5.0f}x real time, {size:.1f} MB a minute")
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

        print(f"ours, 720p, 4 at once:    {4 * SECONDS / timed(all_at_once):5.0f}x real time")
        unit = 1024 if sys.platform == "linux" else 1024 * 1024
        print(f"memory of this process:   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit:5d} MB at most")
        slow = timed(lambda: by_ffmpeg(images["720p"], chunk, folder / "by_ffmpeg.mp4"))
        print(f"ffmpeg, 720p, showwaves:  {SECONDS / slow:5.0f}x real time")
        print(f"ours is {speeds['720p', 'next'] * slow / SECONDS:.0f} times as fast")


if __name__ == "__main__":
    main()
