"""Where everything of the talking stands in the video: as much later as the opening is long."""

from __future__ import annotations

from collections.abc import Sequence

from longtake.captions import Cue, caption_cues
from longtake.finish.finish import Finish
from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND
from longtake.shots import Shot
from longtake.stitch import Chapter
from longtake.timeline import VideoTimeline

INTRO_CHAPTER = "Intro"

_MILLISECONDS_PER_FRAME = 1000 // FRAMES_PER_SECOND


class InVideo(Frozen):
    """The shots, captions and chapters of a talk, timed from the start of the video that it is in."""

    shots: tuple[Shot, ...]
    cues: tuple[Cue, ...]
    chapters: tuple[Chapter, ...]


def in_video(timeline: VideoTimeline, shots: Sequence[Shot], finish: Finish) -> InVideo:
    """A talk in its video.

    Players want the first chapter at the start, so the opening gets one wherever there are chapters.
    """
    lead = finish.lead_frames
    chapters = tuple(
        chapter.model_copy(update={"start_frame": chapter.start_frame + lead}) for chapter in timeline.chapters
    )
    if lead and chapters:
        chapters = (Chapter(start_frame=0, title=INTRO_CHAPTER), *chapters)
    return InVideo(shots=shots_in_video(shots, finish), cues=cues_in_video(timeline, finish), chapters=chapters)


def shots_in_video(shots: Sequence[Shot], finish: Finish) -> tuple[Shot, ...]:
    """The shots, each where its slot is in the video."""
    lead = finish.lead_frames
    if not lead:
        return tuple(shots)
    return tuple(
        shot.model_copy(update={"start_frame": shot.start_frame + lead, "end_frame": shot.end_frame + lead})
        for shot in shots
    )


def cues_in_video(timeline: VideoTimeline, finish: Finish) -> tuple[Cue, ...]:
    """The captions, each when its words sound in the video."""
    cues = caption_cues(timeline.sentences, video_seconds=timeline.seconds)
    lead = finish.lead_frames * _MILLISECONDS_PER_FRAME
    if not lead:
        return cues
    return tuple(
        cue.model_copy(
            update={
                "start_milliseconds": cue.start_milliseconds + lead,
                "end_milliseconds": cue.end_milliseconds + lead,
            }
        )
        for cue in cues
    )


def slots_in_video(shots: Sequence[Shot], finish: Finish) -> list[tuple[int, int]]:
    """Start and end frame of everything that is shown: the opening, each shot, the closing."""
    slots = [(shot.start_frame, shot.end_frame) for shot in shots_in_video(shots, finish)]
    if finish.intro:
        slots.insert(0, (0, finish.intro.frames))
    if finish.outro:
        slots.append((slots[-1][1], slots[-1][1] + finish.outro.frames))
    return slots
