"""Shots: the slots of the timeline, each with what it is rendered with, and whether its clip exists already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from longtake.assets import Asset, Store, recall
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.known import KnownClips
from longtake.options import RenderOptions
from longtake.orders import FittedLook, Takes
from longtake.plan import limit_frames_of, plan_slots, sent_frames, spans_within
from longtake.prepared import CutKind, TimedText
from longtake.slices import chunk_recipe, fingerprint, prepare_chunk
from longtake.storyboard import Look
from longtake.timeline import LineSpan, VideoTimeline

FIRST_WORDS = 6


class Shot(Frozen):
    """One slot of the video: [start_frame, end_frame), and what its clip is ordered with."""

    number: int = Field(ge=1)
    start_frame: int
    end_frame: int
    sent_frames: int = Field(description="Frames of audio that are sent: the slot, and silence up to the minimum.")
    pause_seconds: float = Field(description="The silence that the slot ends in.")
    cut: CutKind | None = Field(description="What kind of place it ends at; None at the end of the video.")
    scene: int
    speaker: str
    first_words: str
    fingerprint: str = Field(description="Stands for the sound of the chunk.")
    look: FittedLook
    rendered: bool = Field(description="Whether its clip exists, and so costs nothing.")

    @property
    def seconds(self) -> float:
        """The length of the slot."""
        return frames_to_seconds(self.end_frame - self.start_frame)

    @property
    def sent_seconds(self) -> float:
        """The length of what is sent, and paid for."""
        return frames_to_seconds(self.sent_frames)

    @property
    def label(self) -> str:
        """The number as a person reads it, such as 007."""
        return f"{self.number:03d}"


def plan_shots(
    timeline: VideoTimeline,
    looks: Mapping[Look, FittedLook],
    options: RenderOptions,
    store: Store,
    takes: Takes = MappingProxyType({}),
) -> tuple[Shot, ...]:
    """Cut the timeline into slots, at the places that cost least: what exists already costs nothing.

    A clip of which another take is asked for keeps its place.
    """
    lines = _Lines(timeline)
    minimum_seconds = options.minimum_seconds
    limit_frames = limit_frames_of(options.limit_seconds)
    known = KnownClips(timeline.digests, lambda frame: looks[lines.at(frame).look], options, store, takes)
    known.look_up(spans_within(timeline.frames, timeline.cuts, limit_frames=limit_frames))
    spans = plan_slots(timeline.frames, timeline.cuts, limit_frames=limit_frames, is_known=known.any_take)
    words = _Words(timeline.sentences)
    shots = []
    for number, span in enumerate(spans, start=1):
        line = lines.at(span.start_frame)
        sent = sent_frames(span.end_frame - span.start_frame, minimum_seconds)
        shots.append(
            Shot(
                number=number,
                start_frame=span.start_frame,
                end_frame=span.end_frame,
                sent_frames=sent,
                pause_seconds=span.pause_seconds,
                cut=span.kind,
                scene=line.scene,
                speaker=line.speaker,
                first_words=words.starting_at(frames_to_seconds(span.start_frame)),
                fingerprint=fingerprint(timeline.digests, span.start_frame, span.end_frame, sent),
                look=looks[line.look],
                rendered=known.this_take(span.start_frame, span.end_frame),
            )
        )
    return tuple(shots)


class _Lines:
    """Finds the line that stands at a frame."""

    def __init__(self, timeline: VideoTimeline) -> None:
        self._lines = timeline.lines
        self._starts = [line.start_frame for line in timeline.lines]

    def at(self, frame: int) -> LineSpan:
        return self._lines[bisect_right(self._starts, frame) - 1]


class _Words:
    """Finds the words that are spoken from a time on."""

    def __init__(self, sentences: tuple[TimedText, ...]) -> None:
        self._sentences = sentences
        self._ends = [sentence.end_seconds for sentence in sentences]

    def starting_at(self, seconds: float) -> str:
        index = bisect_right(self._ends, seconds)
        if index == len(self._sentences):
            return ""
        sentence = self._sentences[index]
        words = sentence.text.split()
        length = max(sentence.end_seconds - sentence.start_seconds, 1e-6)
        spoken = max(0.0, seconds - sentence.start_seconds) / length
        words = words[round(spoken * len(words)) :]
        more = " …" if len(words) > FIRST_WORDS else ""
        return " ".join(words[:FIRST_WORDS]) + more


def split_shots(timeline: VideoTimeline, shots: tuple[Shot, ...], store: Store) -> tuple[Asset, ...]:
    """The chunk of each shot. Where the clip and the chunk exist the chunk is only named, not read."""
    sound = timeline.sound
    chunks: list[Asset] = []
    recipes = {shot.number: chunk_recipe(shot.fingerprint) for shot in shots if shot.rendered}
    store.read_ahead(recipe.record_name for recipe in recipes.values())
    named = {number: made.asset for number, recipe in recipes.items() if (made := recall(store, recipe))}
    present = store.present(named.values())
    for shot in shots:
        chunk = named.get(shot.number)
        if chunk and chunk in present:
            chunks.append(chunk)
        else:
            span = (shot.start_frame, shot.end_frame, shot.sent_frames)
            chunks.append(prepare_chunk(sound, timeline.digests, *span, store))
    return tuple(chunks)
