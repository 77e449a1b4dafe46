"""A small talk with clips that say who they are, and files such as users bring: odd sizes, rates, turns and sounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import ffmpeg
import numpy as np

from longtake import ffmpeg as runner
from longtake.assembly import AssembledVideo, Master, Titles, assemble_video, prepare_master
from longtake.assets import FolderStore
from longtake.checks import Verdict
from longtake.finish import PLAIN, Finish
from longtake.loudness import level_samples, measure_samples, preset_named
from longtake.options import RenderOptions
from longtake.orders import ClipRecord, FittedLook, order_for
from longtake.portrait import Size
from longtake.prepared import CutPoint, PreparedLine, TimedText
from longtake.shots import Shot, plan_shots
from longtake.storyboard import Line, Scene, Speaker, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from tests.loudness_media import Samples, save, speech
from tests.stitch_media import write_clip

SIZE = Size(width=320, height=180)
PRESET = preset_named("podcast")
TITLES = Titles(title="Talk", comment="test", language="en")
SPOKEN_FRAMES = 125
PAUSE_FRAMES = 100


@dataclass(frozen=True)
class Talk:
    """Two scenes of a line each, speech and silence, and a clip for each."""

    store: FolderStore
    storyboard: Storyboard
    timeline: VideoTimeline
    shots: tuple[Shot, ...]
    clips: tuple[ClipRecord, ...]
    paths: tuple[Path, ...]

    def master(self, finish: Finish = PLAIN) -> Master:
        return prepare_master(self.timeline, PRESET, self.store, finish)

    def assemble(self, finish: Finish = PLAIN, **options: Any) -> AssembledVideo:
        return assemble_video(
            self.timeline, self.shots, self.clips, self.master(finish), TITLES, self.store, finish=finish, **options
        )

    def path(self, video: AssembledVideo) -> Path:
        return self.store.path_of(video.asset)


def make_talk(
    folder: Path, store: FolderStore, *, spoken_frames: int = SPOKEN_FRAMES, pause_frames: int = PAUSE_FRAMES
) -> Talk:
    storyboard = Storyboard(
        speakers={"Ada": Speaker(image="ada.png")},
        scenes=tuple(Scene(title=name, lines=(Line(speaker="Ada", text="said"),)) for name in ("One", "Two")),
    )
    prepared = [
        [_line(folder, store, number, text, spoken_frames, pause_frames)]
        for number, text in enumerate(("Good morning.", "Goodbye."), start=1)
    ]
    timeline = build_timeline(storyboard, prepared, store)
    picture = FittedLook(image=store.put(b"a picture", suffix=".png"))
    looks = {storyboard.look(scene, scene.lines[0]): picture for scene in storyboard.scenes}
    options = RenderOptions()
    shots = plan_shots(timeline, looks, options, store)
    paths = tuple(
        write_clip(folder / f"clip{number}.mp4", number, shot.sent_frames, size=(SIZE.width, SIZE.height))
        for number, shot in enumerate(shots, start=1)
    )
    clips = tuple(
        ClipRecord(
            order=order_for(shot.look, chunk := store.put(shot.fingerprint.encode()), options),
            asset=store.put(path),
            chunk=chunk,
            image=picture.image,
            provider="preview",
            verdict=Verdict(passed=True),
        )
        for shot, path in zip(shots, paths, strict=True)
    )
    return Talk(store, storyboard, timeline, shots, clips, paths)


def spoken(number: int, spoken_frames: int, pause_frames: int) -> Samples:
    """What a line says: speech at the video's level, then silence."""
    said = speech(spoken_frames / 25, seed=number)
    loudness = measure_samples(said).integrated_lufs
    assert loudness is not None
    said = level_samples(said, PRESET.integrated_lufs - loudness, PRESET)
    return np.concatenate((said, np.zeros(pause_frames * 1920, np.int16)))


def _line(
    folder: Path, store: FolderStore, number: int, text: str, spoken_frames: int, pause_frames: int
) -> PreparedLine:
    sound = spoken(number, spoken_frames, pause_frames)
    return PreparedLine(
        audio=store.put(save(folder / f"line{number}.wav", sound)),
        frames=spoken_frames + pause_frames,
        tail_seconds=pause_frames / 25,
        cuts=(CutPoint(frame=spoken_frames // 2, pause_seconds=0.1, kind="sentence"),),
        sentences=(TimedText(text=text, start_seconds=0.2, end_seconds=spoken_frames / 25 - 0.2),),
    )


def make_film(
    path: Path,
    *,
    size: tuple[int, int] = (640, 360),
    rate: str = "25",
    seconds: float = 2.0,
    sound: str | None = "sine=frequency=440:sample_rate=48000",
    source: str = "testsrc2",
    **options: Any,
) -> Path:
    """A film by ffmpeg. `sound` is a source of libavfilter, None for a film without any."""
    pictures = ffmpeg.input(
        f"{source}{':' if '=' in source else '='}size={size[0]}x{size[1]}:rate={rate}:duration={seconds}", f="lavfi"
    )
    streams = [pictures]
    if sound:
        streams.append(ffmpeg.input(sound, f="lavfi", t=seconds))
    chosen = {"vcodec": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p"} | options
    runner.run(ffmpeg.output(*streams, str(path), **chosen))
    return path


def frame_at(path: Path, seconds: float) -> np.ndarray:
    """The picture that a player shows at a moment, in RGB."""
    shown = ffmpeg.input(str(path), ss=seconds).output("-", vframes=1, format="rawvideo", pix_fmt="rgb24")
    data = np.frombuffer(runner.run(shown).stdout, np.uint8)
    return data.reshape(-1, *_size_of(path)[::-1], 3)[0]


def _size_of(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return context.width, context.height
