"""Ten hours from levelled lines to the checked file, in one process as the flow has it: seconds and memory.

The lines are bursts of noise and true silence, no two alike. The clips are small and all cut from one picture track;
their records stand in the store as the flow's do, so that planning, joining and checking see ten hours that exist.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import soundfile

from benchmarks.processes import peak_megabytes
from longtake.assembly import AssembledVideo, Titles, assemble_video, prepare_master
from longtake.assets import Asset, FolderStore
from longtake.checks import Verdict, check_video
from longtake.loudness import preset_named
from longtake.options import PREVIEW, RenderOptions
from longtake.orders import ClipRecord, FittedLook, order_for, save_clip
from longtake.prepared import CutPoint, PreparedLine, TimedText
from longtake.shots import Shot, plan_shots, split_shots
from longtake.storyboard import Line, Look, Scene, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from tests.stitch_media import write_clip

SCENES, LINES_PER_SCENE, SENTENCES = 100, 24, 4
SAMPLES_PER_FRAME, RATE = 1920, 48_000
GOAL_MEGABYTES = 500
WORDS = ("river", "slowly", "old", "mill", "two", "friends", "morning", "winter", "window", "seven", "paper", "listen")
OPTIONS, PODCAST = RenderOptions(), preset_named("podcast")

Answer = TypeVar("Answer")
Looks = dict[Look, FittedLook]


def main() -> None:
    """Print what each step of ten hours takes."""
    with tempfile.TemporaryDirectory() as name:
        for step in ("prepare", "measure"):
            code = f"from pathlib import Path; from benchmarks.bench_ten_hours import {step}; {step}(Path({name!r}))"
            subprocess.run([sys.executable, "-c", code], check=True)


def prepare(folder: Path) -> None:
    """The levelled lines. Speech has a benchmark of its own."""
    begun = time.monotonic()
    store, noise = FolderStore(folder / "store"), noise_of_a_minute()
    lines = [prepared_line(number, noise, store, folder / "line.wav") for number in range(SCENES * LINES_PER_SCENE)]
    (folder / "lines.json").write_text(json.dumps([line.model_dump(mode="json") for line in lines]))
    print(f"(made {len(lines)} lines of sound in {time.monotonic() - begun:.0f} s)", flush=True)


def noise_of_a_minute() -> np.ndarray:
    """Noise that swells four times a second, as syllables do."""
    chance = np.random.default_rng(1)
    noise = chance.standard_normal(60 * RATE, dtype=np.float32) * 2400
    return noise * (0.55 + 0.45 * np.sin(np.arange(noise.size) * (2 * np.pi * 4 / RATE))).astype(np.float32)


def prepared_line(number: int, noise: np.ndarray, store: FolderStore, path: Path) -> PreparedLine:
    """Four sentences of about 3.4 s, each with its pause behind it."""
    chance = random.Random(number)
    at, parts, sentences, cuts = 0, [], [], []
    for _ in range(SENTENCES):
        frames, pause = chance.randint(60, 110), chance.randint(6, 14)
        start = chance.randrange(noise.size - frames * SAMPLES_PER_FRAME)
        parts += [noise[start : start + frames * SAMPLES_PER_FRAME], np.zeros(pause * SAMPLES_PER_FRAME, np.float32)]
        text = f"{' '.join(chance.choices(WORDS, k=9))} {number}.".capitalize()
        sentences.append(TimedText(text=text, start_seconds=at / 25, end_seconds=(at + frames) / 25))
        at += frames + pause
        cuts.append(CutPoint(frame=at, pause_seconds=pause / 25, kind="sentence"))
    soundfile.write(path, np.concatenate(parts).astype(np.int16), RATE, subtype="PCM_16")
    return PreparedLine(
        audio=store.put(path, move=True),
        frames=at,
        tail_seconds=cuts[-1].pause_seconds,
        cuts=tuple(cuts[:-1]),
        sentences=tuple(sentences),
    )


class Meter:
    """Runs steps; tells the seconds of each and the largest process until then."""

    def __init__(self) -> None:
        self.largest_megabytes = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def run(self, title: str, step: Callable[[], Answer]) -> Answer:
        begun, worked = time.monotonic(), processor_seconds()
        answer = step()
        wall, worked = time.monotonic() - begun, processor_seconds() - worked
        print(
            f"  {title:46}{wall:7.1f} s ({worked:6.1f} s of processor time)   this process until now "
            f"{peak_megabytes('self'):4.0f} MB",
            flush=True,
        )
        return answer

    def _watch(self) -> None:
        while True:
            for process in ("self", *children()):
                self.largest_megabytes = max(self.largest_megabytes, peak_megabytes(process))
            time.sleep(0.1)


def children() -> list[str]:
    return [child for file in Path("/proc/self/task").glob("*/children") for child in file.read_text().split()]


def processor_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(folder: Path) -> None:
    store, meter = FolderStore(folder / "store"), Meter()
    storyboard = storyboard_of_ten_hours()
    lines = prepared_by_scene(folder)
    looks = {storyboard.look(scene, scene.lines[0]): fitted_look(store) for scene in storyboard.scenes}

    timeline = meter.run("laid out, every frame's digest made", lambda: build_timeline(storyboard, lines, store))
    shots = meter.run("planned, nothing rendered yet", lambda: plan_shots(timeline, looks, OPTIONS, store))
    chunks = meter.run("cut into chunks", lambda: split_shots(timeline, shots, store))
    clips = make_clips(folder, shots, chunks, store)

    timeline = meter.run("laid out again", lambda: build_timeline(storyboard, lines, store))
    shots = meter.run("planned, every clip known", lambda: plan_shots(timeline, looks, OPTIONS, store))
    assert all(shot.rendered for shot in shots)
    edited = build_timeline(storyboard, one_line_changed(lines), store)
    new = meter.run("planned after an edit", lambda: plan_shots(edited, looks, OPTIONS, store))
    join(meter, timeline, shots, clips, store)
    print(
        f"  {timeline.seconds / 3600:.2f} hours, {len(timeline.cuts)} places to cut, {len(shots)} clips; the edit "
        f"makes {sum(not shot.rendered for shot in new)} new; the largest process had {meter.largest_megabytes} MB "
        f"(goal: {GOAL_MEGABYTES})"
    )


def join(
    meter: Meter, timeline: VideoTimeline, shots: Sequence[Shot], clips: Sequence[ClipRecord], store: FolderStore
) -> None:
    master = meter.run("mastered", lambda: prepare_master(timeline, PODCAST, store))
    titles = Titles(title="Ten hours", comment="benchmark", language="en")
    video: AssembledVideo = meter.run(
        "joined, with captions and chapters",
        lambda: assemble_video(timeline, shots, clips, master, titles, store),
    )
    slots = [(shot.start_frame, shot.end_frame) for shot in shots]
    report = meter.run("checked", lambda: check_video(store.path_of(video.asset), slots=slots, preset=PODCAST))
    assert report.passed, report.problems
    print(
        f"  worst start error {max(report.worst_start_error_ms, video.report.worst_start_error_ms):.3f} ms, "
        f"{report.frames} pictures, {report.captions} captions, {report.chapters} chapters, "
        f"{report.integrated_lufs} LUFS, {video.asset.size_bytes / 1e6:.0f} MB"
    )


def storyboard_of_ten_hours() -> Storyboard:
    lines = tuple(Line(text="said elsewhere") for _ in range(LINES_PER_SCENE))
    return Storyboard(scenes=tuple(Scene(title=f"Part {number + 1}", lines=lines) for number in range(SCENES)))


def prepared_by_scene(folder: Path) -> list[list[PreparedLine]]:
    lines: Iterator[PreparedLine] = map(PreparedLine.model_validate, json.loads((folder / "lines.json").read_text()))
    return [list(islice(lines, LINES_PER_SCENE)) for _ in range(SCENES)]


def one_line_changed(lines: list[list[PreparedLine]]) -> list[list[PreparedLine]]:
    """One line in the middle says what another one says."""
    changed = [list(scene) for scene in lines]
    changed[SCENES // 2][LINES_PER_SCENE // 2] = lines[0][0]
    return changed


def fitted_look(store: FolderStore) -> FittedLook:
    return FittedLook(image=store.put(b"a portrait", suffix=".png"))


def make_clips(folder: Path, shots: Sequence[Shot], chunks: Sequence[Asset], store: FolderStore) -> list[ClipRecord]:
    """A clip of the right length for each shot; those of one length are one file."""
    longest = max(shot.sent_frames for shot in shots)
    pictures = write_clip(folder / "pictures.mp4", 1, longest, size=(128, 72), options={"bf": "0", "g": "25"})
    made = {n: store.put(first_frames(pictures, n, folder / "clip.mp4")) for n in {shot.sent_frames for shot in shots}}
    return [
        save_clip(
            store,
            ClipRecord(
                order=order_for(shot.look, chunk, OPTIONS),
                asset=made[shot.sent_frames],
                chunk=chunk,
                image=shot.look.image,
                provider=PREVIEW,
                verdict=Verdict(passed=True),
                label=shot.label,
            ),
        )
        for shot, chunk in zip(shots, chunks, strict=True)
    ]


def first_frames(pictures: Path, frames: int, output: Path) -> Path:
    """The first pictures of a track without B-frames, copied."""
    with ExitStack() as files:
        source = files.enter_context(av.open(str(pictures)))
        target = files.enter_context(av.open(str(output), "w"))
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in islice(source.demux(source.streams.video[0]), frames):
            packet.stream = stream
            target.mux(packet)
    return output


if __name__ == "__main__":
    main()
