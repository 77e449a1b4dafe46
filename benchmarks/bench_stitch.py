"""The stitch beside ffmpeg and MoviePy: time, start errors, lost pictures; and ten hours of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import ffmpeg

from longtake import ffmpeg as runner
from longtake.stitch import PlacedClip, StitchJob, stitch_in_child
from tests.stitch_media import decoded, place, read_code, write_clip, write_master

CLIPS, SLOT_FRAMES, SIZE = 30, 250, (640, 360)
OFF = [0, -5, 8, 3, -1, 1, 5, -3, 2, -2]
HOUR_CLIPS, HOUR_SLOT_FRAMES, HOURS = 132, 682, 10
BENCH_VENV = Path(__file__).parents[1] / ".venv-bench"

MOVIEPY = """
import sys
from moviepy import VideoFileClip, concatenate_videoclips
*inputs, output = sys.argv[1:]
clips = [VideoFileClip(path) for path in inputs]
joined = concatenate_videoclips(clips)
joined.write_videofile(output, codec="libx264", audio_codec="aac", preset="veryfast", logger=None)
"""

TEN_HOURS = """
import resource, sys, time
from pathlib import Path
from longtake.stitch import StitchJob, stitch_in_child
job = StitchJob.model_validate_json(Path(sys.argv[1]).read_text())
begun = time.monotonic()
report = stitch_in_child(job, Path(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(time.monotonic() - begun, peak * (1 if sys.platform == "darwin" else 1024), report.model_dump_json())
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _ten_hours(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _side_by_side(Path(folder))


def _ten_hours(folder: Path) -> None:
    number = HOURS * HOUR_CLIPS
    paths = [
        write_clip(folder / f"{n}.mp4", n, HOUR_SLOT_FRAMES + OFF[n], size=(160, 90), sound=True) for n in range(10)
    ]
    clips = place([paths[n % 10] for n in range(number)], [HOUR_SLOT_FRAMES] * number)
    master = _long_master(folder, clips[-1].end_frame)
    job = StitchJob(clips=clips, master=master, comment="benchmark")
    (folder / "job.json").write_text(job.model_dump_json())
    command = [sys.executable, "-c", TEN_HOURS, str(folder / "job.json"), str(folder / "joined.mp4")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, peak, report = said.split(maxsplit=2)
    told = json.loads(report)
    print(
        f"{told['seconds'] / 3600:.1f} hours of {told['clips']} clips: {float(seconds):.0f} s, "
        f"{int(peak) / 1e6:.0f} MB at most (goal: 500), {told['frames']} frames, "
        f"worst start error {told['worst_start_error_ms']:.3f} ms"
    )


def _long_master(folder: Path, frames: int) -> Path:
    """AAC of that length: the packets of 40 s, again and again."""
    short = write_master(folder / "short.m4a", list(range(0, 1000, 25)), 1000)
    path = folder / "master.m4a"
    with av.open(str(short)) as source, av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream_from_template(source.streams.audio[0], opaque=True)
        packets = [bytes(packet) for packet in source.demux(source.streams.audio[0]) if packet.size]
        for number in range(-(-frames * 1920 // 1024) + 1):
            packet = av.Packet(packets[number % len(packets)])
            packet.stream, packet.time_base = stream, Fraction(1, 48_000)
            packet.pts = packet.dts = 1024 * (number - 1)
            packet.duration = 1024
            container.mux(packet)
    return path


def _side_by_side(folder: Path) -> None:
    print(f"{CLIPS} clips of {SLOT_FRAMES / 25:.0f} s at {SIZE[0]}x{SIZE[1]}, -5 to +8 frames off:")
    paths = [
        write_clip(folder / f"{n}.mp4", n, SLOT_FRAMES + OFF[n % len(OFF)], size=SIZE, sound=True) for n in range(CLIPS)
    ]
    clips = place(paths, [SLOT_FRAMES] * CLIPS)
    master = write_master(folder / "master.m4a", [clip.start_frame for clip in clips], clips[-1].end_frame)
    job = StitchJob(clips=clips, master=master, comment="benchmark")
    ways: dict[str, Callable[[Path], object]] = {
        "longtake": lambda output: stitch_in_child(job, output),
        "longtake, all encoded": lambda output: stitch_in_child(job.model_copy(update={"reencode": True}), output),
        "ffmpeg, concat demuxer": lambda output: _concat_demuxer(paths, output),
        "ffmpeg, concat filter": lambda output: _concat_filter(paths, output),
        "MoviePy": lambda output: _moviepy(paths, output),
    }
    first: float | None = None
    for name, way in ways.items():
        output = folder / "joined.mp4"
        if name == "MoviePy" and not _moviepy_is_ready():
            print(f"  {name:24} did not run: it could not be installed into {BENCH_VENV.name}")
            continue
        begun = time.monotonic()
        way(output)
        seconds = time.monotonic() - begun
        first = first or seconds
        print(f"  {name:24} {seconds:7.2f} s ({seconds / first:5.1f} times)  {_judged(output, clips)}", flush=True)
        output.unlink()


def _judged(output: Path, clips: tuple[PlacedClip, ...]) -> str:
    """The worst start of a clip against its slot, and the pictures that are lost, doubled or out of order."""
    starts: dict[int, Fraction] = {}
    codes: list[tuple[int, int]] = []
    for moment, planes in decoded(output):
        try:
            code = read_code(planes[: SIZE[1]])
        except AssertionError:
            continue
        codes.append(code)
        starts.setdefault(code[0], moment)
    errors = [abs(starts[n] - Fraction(clip.start_frame, 25)) for n, clip in enumerate(clips) if n in starts]
    meant = sum(SLOT_FRAMES + OFF[n % len(OFF)] for n in range(CLIPS))
    unordered = sum(after <= before for before, after in pairwise(codes))
    return (
        f"worst start error {float(max(errors)) * 1000:7.1f} ms; of {meant} pictures {meant - len(set(codes))} lost, "
        f"{unordered} doubled or out of order"
    )


def _concat_demuxer(paths: list[Path], output: Path) -> None:
    listing = output.with_suffix(".txt")
    listing.write_text("".join(f"file '{path}'\n" for path in paths))
    source = ffmpeg.input(str(listing), format="concat", safe=0)
    runner.run(ffmpeg.output(source, str(output), c="copy"))


def _concat_filter(paths: list[Path], output: Path) -> None:
    inputs = [ffmpeg.input(str(path)) for path in paths]
    joined = ffmpeg.concat(*[stream for source in inputs for stream in (source.video, source.audio)], v=1, a=1).node
    runner.run(ffmpeg.output(joined[0], joined[1], str(output), vcodec="libx264", preset="veryfast", acodec="aac"))


def _moviepy_is_ready() -> bool:
    python = BENCH_VENV / "bin" / "python"
    try:
        if not python.exists():
            venv.create(BENCH_VENV, with_pip=True)
        if subprocess.run([python, "-c", "import moviepy"], capture_output=True, check=False).returncode:
            subprocess.run([python, "-m", "pip", "install", "-q", "moviepy"], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError):
        return False
    return True


def _moviepy(paths: list[Path], output: Path) -> None:
    command = [str(BENCH_VENV / "bin" / "python"), "-c", MOVIEPY, *map(str, paths), str(output)]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
