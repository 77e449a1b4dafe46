"""The timeline: all prepared lines one behind the other on the frame grid, and where they may be cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field

from longtake.assets import Store
from longtake.frozen import Frozen
from longtake.grid import frames_covering, frames_to_seconds
from longtake.plan import Cut
from longtake.prepared import PreparedLine, TimedText
from longtake.slices import Piece, Timeline, timeline_digests
from longtake.stitch import Chapter
from longtake.storyboard import Look, Storyboard
from longtake.turns import frames_in_scene

SCENE_PAUSE_SECONDS = 0.4
"""Silence behind a scene that ends in spoken text, beside its last line's.

The last scene has it too: a scene sounds the same wherever it stands. A recording ends as it was recorded.
"""


class LineSpan(Frozen):
    """Where a line stands: [start_frame, end_frame), with the silence behind its scene if it ends one."""

    scene: int = Field(ge=0)
    speaker: str
    look: Look
    start_frame: int
    end_frame: int


class VideoTimeline(Frozen):
    """The whole video's sound as pieces, and everything that is known about it. Times are from its start."""

    frames: int
    pieces: tuple[Piece, ...]
    cuts: tuple[Cut, ...] = Field(
        description="Where a chunk may end, in order; the end of the timeline is not among them."
    )
    lines: tuple[LineSpan, ...]
    sentences: tuple[TimedText, ...]
    chapters: tuple[Chapter, ...]
    digests: bytes = Field(repr=False, description="Stands for the sound of each frame; see slices.")

    @property
    def seconds(self) -> float:
        """The length of the video."""
        return frames_to_seconds(self.frames)

    @property
    def sound(self) -> Timeline:
        """The pieces, ready to be cut and read."""
        return Timeline(self.pieces)

    @property
    def sound_key(self) -> str:
        """64 hex digits that stand for the whole sound."""
        return hashlib.sha256(self.digests).hexdigest()


def build_timeline(storyboard: Storyboard, prepared: Sequence[Sequence[PreparedLine]], store: Store) -> VideoTimeline:
    """Lay out `prepared` (for each scene, its lines). Scene and speaker changes become forced cuts.

    Sentences tell their speaker where more than one speaks in the video; those of a transcript may name their own.
    """
    pieces: list[Piece] = []
    cuts: list[Cut] = []
    spans: list[LineSpan] = []
    sentences: list[TimedText] = []
    chapters: list[Chapter] = []
    is_dialogue = len({line.speaker for scene in storyboard.scenes for line in scene.lines}) > 1
    at = 0
    for number, (scene, lines) in enumerate(zip(storyboard.scenes, prepared, strict=True)):
        if scene.title:
            chapters.append(Chapter(start_frame=at, title=scene.title))
        for place, (line, sound) in enumerate(zip(scene.lines, lines, strict=True)):
            frames = frames_in_scene(scene, place, sound)
            pieces.append(Piece(audio=sound.audio, start_frame=0, frames=frames))
            cuts.extend(
                Cut(frame=at + c.frame, pause_seconds=c.pause_seconds, kind=c.kind, forced=False) for c in sound.cuts
            )
            speaker = line.speaker if is_dialogue else None
            sentences.extend(_shifted(sound.sentences, frames_to_seconds(at), speaker))
            end = at + frames
            spans.append(
                LineSpan(
                    scene=number, speaker=line.speaker, look=storyboard.look(scene, line), start_frame=at, end_frame=end
                )
            )
            at = end
            pause_seconds = round(sound.tail_seconds - frames_to_seconds(sound.frames - frames), 6)
            cuts.append(Cut(frame=at, pause_seconds=pause_seconds, kind="line", forced=False))
        if scene.lines[-1].audio is not None:
            continue
        pause = frames_covering(SCENE_PAUSE_SECONDS)
        pieces.append(Piece(audio=None, start_frame=0, frames=pause))
        at += pause
        spans[-1] = spans[-1].model_copy(update={"end_frame": at})
        behind = cuts[-1].pause_seconds + SCENE_PAUSE_SECONDS
        cuts[-1] = cuts[-1].model_copy(update={"frame": at, "pause_seconds": behind})
    return VideoTimeline(
        frames=at,
        pieces=tuple(pieces),
        cuts=tuple(_with_forced(cuts, spans)),
        lines=tuple(spans),
        sentences=tuple(sentences),
        chapters=tuple(chapters),
        digests=timeline_digests(Timeline(tuple(pieces)), store),
    )


def _shifted(sentences: Sequence[TimedText], seconds: float, speaker: str | None) -> Iterator[TimedText]:
    for sentence in sentences:
        yield sentence.model_copy(
            update={
                "start_seconds": seconds + sentence.start_seconds,
                "end_seconds": seconds + sentence.end_seconds,
                "speaker": sentence.speaker or speaker,
            }
        )


def _with_forced(cuts: Sequence[Cut], spans: Sequence[LineSpan]) -> Iterator[Cut]:
    """The cuts with those between scenes and speakers forced, without the one at the very end."""
    changes: dict[int, str] = {}
    for before, after in pairwise(spans):
        if before.scene != after.scene:
            changes[before.end_frame] = "scene"
        elif before.speaker != after.speaker:
            changes[before.end_frame] = "speaker"
    end = spans[-1].end_frame
    for cut in cuts:
        if cut.frame in changes:
            yield cut.model_copy(update={"kind": changes[cut.frame], "forced": True})
        elif cut.frame < end:
            yield cut
