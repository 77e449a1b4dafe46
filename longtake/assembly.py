"""Assembling the video: the master, the captions and all clips become one file in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from longtake import __version__
from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.captions import Cue, write_srt, write_vtt
from longtake.finish import PLAIN, Around, Finish, InVideo, cues_in_video, in_video, mixed
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.loudness import LoudnessPreset, MasterReport, encode_master
from longtake.memory import give_back_memory
from longtake.orders import ClipRecord
from longtake.progress import advance, reach, stage
from longtake.shots import Shot
from longtake.slices import iter_blocks
from longtake.stitch import CornerLogo, PlacedClip, StitchJob, StitchReport, stitch_in_child
from longtake.timeline import VideoTimeline


class Titles(Frozen):
    """What the file says of itself."""

    title: str | None
    comment: str
    language: str


class Master(Frozen):
    """The whole video's sound, levelled and encoded once: what viewers hear."""

    asset: Asset
    report: MasterReport


class Captions(Frozen):
    """The captions as files."""

    srt: Asset
    vtt: Asset


class AssembledVideo(Frozen):
    """The finished video in the store."""

    asset: Asset
    report: StitchReport


def prepare_master(timeline: VideoTimeline, preset: LoudnessPreset, store: Store, finish: Finish = PLAIN) -> Master:
    """The master of a timeline, with the music under it and what sounds before and behind it."""
    inputs: dict[str, object] = {"sound": timeline.sound_key, "preset": preset.model_dump(mode="json")}
    if finish.sounds:
        heard = finish.model_dump(mode="json", include={"intro", "outro", "music"})
        inputs["finish"] = heard | {"lines": [[line.start_frame, line.end_frame] for line in timeline.lines]}
    sound = timeline.sound

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "master.m4a"
        if finish.sounds:
            whole = mixed(timeline, finish, preset, store)
            report = encode_master(whole, preset=preset, output=output, dtype=np.float32)
        else:
            report = encode_master(lambda: iter_blocks(sound, store), preset=preset, output=output)
        give_back_memory()
        return output, {"report": report.model_dump(mode="json")}

    prepared = prepare_once(store, Recipe(name="master", number=1, inputs=inputs), make)
    return Master(asset=prepared.asset, report=MasterReport.model_validate(prepared.facts["report"]))


def store_captions(timeline: VideoTimeline, store: Store, finish: Finish = PLAIN) -> Captions:
    """The captions of a timeline in both formats, as late as the opening makes them."""
    cues = cues_in_video(timeline, finish)
    return Captions(
        srt=store.put(write_srt(cues).encode(), suffix=".srt"), vtt=store.put(write_vtt(cues).encode(), suffix=".vtt")
    )


def assemble_video(
    timeline: VideoTimeline,
    shots: Sequence[Shot],
    clips: Sequence[ClipRecord],
    master: Master,
    titles: Titles,
    store: Store,
    *,
    captioned: bool = True,
    reencode: bool = False,
    finish: Finish = PLAIN,
) -> AssembledVideo:
    """Join the clips, each on its slot, with the master, the captions and the chapters. Runs in a child process.

    `captioned` adds the captions' track. The shots are those of the timeline, without the opening before them.
    """
    laid = in_video(timeline, shots, finish)
    if not (captioned or finish.is_burnt):
        laid = laid.model_copy(update={"cues": ()})
    recipe = _video_recipe(laid, clips, master, titles, finish, reencode=reencode)

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "video.mp4"
        with ExitStack() as files:
            job = _job(laid, clips, master, titles, finish, lambda asset: files.enter_context(store.local(asset)))
            told = _Told(laid.shots, has_intro=finish.intro is not None)
            report = stitch_in_child(job.model_copy(update={"reencode": reencode}), output, progress=told)
        return output, {"report": report.model_dump(mode="json")}

    stage("join", len(shots), "clips")
    reach("stitching")
    prepared = prepare_once(store, recipe, make)
    return AssembledVideo(asset=prepared.asset, report=StitchReport.model_validate(prepared.facts["report"]))


def _video_recipe(
    laid: InVideo, clips: Sequence[ClipRecord], master: Master, titles: Titles, finish: Finish, *, reencode: bool
) -> Recipe:
    inputs: dict[str, object] = {
        "clips": [
            [shot.start_frame, shot.end_frame, shot.sent_frames, clip.asset.sha256]
            for shot, clip in zip(laid.shots, clips, strict=True)
        ],
        "master": master.asset.sha256,
        "captions": [
            {
                "start_milliseconds": cue.start_milliseconds,
                "end_milliseconds": cue.end_milliseconds,
                "lines": list(cue.shown_lines),
            }
            for cue in laid.cues
        ],
        "chapters": [chapter.model_dump(mode="json") for chapter in laid.chapters],
        "titles": titles.model_dump(mode="json"),
        "reencode": reencode,
    }
    if finish.is_seen:
        inputs["finish"] = finish.model_dump(mode="json", exclude={"music"})
    return Recipe(name="video", number=1, inputs=inputs)


def _job(
    laid: InVideo,
    clips: Sequence[ClipRecord],
    master: Master,
    titles: Titles,
    finish: Finish,
    local: Callable[[Asset], Path],
) -> StitchJob:
    """What is to be joined, of files that are open here."""
    shown = tuple(
        PlacedClip(
            path=local(clip.asset),
            start_frame=shot.start_frame,
            end_frame=shot.end_frame,
            sent_frames=shot.sent_frames,
        )
        for shot, clip in zip(laid.shots, clips, strict=True)
    )
    return StitchJob(
        clips=(*_own(finish.intro, 0, local), *shown, *_own(finish.outro, shown[-1].end_frame, local)),
        master=local(master.asset),
        captions=() if finish.is_burnt else laid.cues,
        burnt=tuple(_without(laid.cues, finish.undrawn)) if finish.is_burnt else (),
        chapters=laid.chapters,
        language=titles.language,
        title=titles.title,
        comment=titles.comment,
        software=f"longtake {__version__}",
        logo=CornerLogo(path=local(finish.logo.picture), corner=finish.logo.corner) if finish.logo else None,
    )


def _own(around: Around | None, start_frame: int, local: Callable[[Asset], Path]) -> tuple[PlacedClip, ...]:
    if around is None:
        return ()
    return (
        PlacedClip(
            path=local(around.picture),
            start_frame=start_frame,
            end_frame=start_frame + around.frames,
            sent_frames=around.frames,
            is_own=True,
        ),
    )


def _without(cues: Sequence[Cue], letters: str) -> Iterator[Cue]:
    """The cues as they are shown, without some letters, and without lines that hold no others."""
    gone = str.maketrans("", "", letters)
    for cue in cues:
        lines = tuple(filter(str.strip, (line.translate(gone) for line in cue.shown_lines)))
        if lines:
            yield Cue(start_milliseconds=cue.start_milliseconds, end_milliseconds=cue.end_milliseconds, lines=lines)


class _Told:
    """Tells the listener how many clips are joined. It hears of the opening and the closing too."""

    def __init__(self, shots: Sequence[Shot], *, has_intro: bool) -> None:
        self._shots = shots
        self._before = int(has_intro)
        self._done = 0

    def __call__(self, clips: int) -> None:
        clips -= self._before
        for shot in self._shots[self._done : clips]:
            advance("join", 1, frames_to_seconds(shot.end_frame - shot.start_frame))
        self._done = max(self._done, clips)
