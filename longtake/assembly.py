"""Assembling the video: the master, the captions and all clips become one file in the store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from longtake import __version__
from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.captions import caption_cues, write_srt, write_vtt
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.loudness import LoudnessPreset, MasterReport, encode_master
from longtake.memory import give_back_memory
from longtake.orders import ClipRecord
from longtake.progress import advance, reach, stage
from longtake.shots import Shot
from longtake.slices import iter_blocks
from longtake.stitch import PlacedClip, StitchJob, StitchReport, stitch_in_child
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


def prepare_master(timeline: VideoTimeline, preset: LoudnessPreset, store: Store) -> Master:
    """The master of a timeline."""
    recipe = Recipe(
        name="master",
        number=1,
        inputs={"sound": timeline.sound_key, "preset": preset.model_dump(mode="json")},
    )
    sound = timeline.sound

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "master.m4a"
        report = encode_master(lambda: iter_blocks(sound, store), preset=preset, output=output)
        give_back_memory()
        return output, {"report": report.model_dump(mode="json")}

    prepared = prepare_once(store, recipe, make)
    return Master(asset=prepared.asset, report=MasterReport.model_validate(prepared.facts["report"]))


def store_captions(timeline: VideoTimeline, store: Store) -> Captions:
    """The captions of a timeline in both formats."""
    cues = caption_cues(timeline.sentences)
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
) -> AssembledVideo:
    """Join the clips, each on its slot, with the master, the captions and the chapters. Runs in a child process."""
    captions = caption_cues(timeline.sentences) if captioned else ()
    recipe = Recipe(
        name="video",
        number=1,
        inputs={
            "clips": [
                [shot.start_frame, shot.end_frame, shot.sent_frames, clip.asset.sha256]
                for shot, clip in zip(shots, clips, strict=True)
            ],
            "master": master.asset.sha256,
            "captions": [cue.model_dump(mode="json") for cue in captions],
            "chapters": [chapter.model_dump(mode="json") for chapter in timeline.chapters],
            "titles": titles.model_dump(mode="json"),
            "reencode": reencode,
        },
    )

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "video.mp4"
        with ExitStack() as files:
            job = StitchJob(
                clips=tuple(
                    PlacedClip(
                        path=files.enter_context(store.local(clip.asset)),
                        start_frame=shot.start_frame,
                        end_frame=shot.end_frame,
                        sent_frames=shot.sent_frames,
                    )
                    for shot, clip in zip(shots, clips, strict=True)
                ),
                master=files.enter_context(store.local(master.asset)),
                captions=captions,
                chapters=timeline.chapters,
                language=titles.language,
                title=titles.title,
                comment=titles.comment,
                software=f"longtake {__version__}",
                reencode=reencode,
            )
            report = stitch_in_child(job, output, progress=_Told(shots))
        return output, {"report": report.model_dump(mode="json")}

    stage("join", len(shots), "clips")
    reach("stitching")
    prepared = prepare_once(store, recipe, make)
    return AssembledVideo(asset=prepared.asset, report=StitchReport.model_validate(prepared.facts["report"]))


class _Told:
    """Tells the listener how many clips are joined."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._shots = shots
        self._done = 0

    def __call__(self, clips: int) -> None:
        for shot in self._shots[self._done : clips]:
            advance("join", 1, frames_to_seconds(shot.end_frame - shot.start_frame))
        self._done = max(self._done, clips)
