"""Shots: the slots of the timeline, each with what it is rendered with, and whether its clip exists already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from pydantic import Field

from longtake.assets import Asset, Store, recall
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.options import RenderOptions
from longtake.orders import Order, find_clip
from longtake.plan import limit_frames_of, plan_slots, sent_frames
from longtake.prepared import CutKind, TimedText
from longtake.slices import chunk_recipe, fingerprint, prepare_chunk
from longtake.storyboard import Look
from longtake.timeline import LineSpan, VideoTimeline

FIRST_WORDS = 6


class FittedLook(Frozen):
    """A look whose picture and mask are fitted to the video."""

    image: Asset
    mask: Asset | None = None
    prompt: str | None = None


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


Takes = Mapping[str, int]
"""By an order's content key: which take of it counts now. What is not in it is at its first."""


def order_for(look: FittedLook, chunk: Asset, options: RenderOptions, takes: Takes = MappingProxyType({})) -> Order:
    """The order of a chunk's clip."""
    order = Order(
        chunk_sha256=chunk.sha256,
        image_sha256=look.image.sha256,
        mask_sha256=look.mask.sha256 if look.mask else None,
        prompt=look.prompt,
        model=options.order_model,
        resolution=options.resolution,
        turbo=options.turbo,
    )
    take = takes.get(order.key, 1)
    return order if take == 1 else order.model_copy(update={"take": take})


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
    limit_frames = limit_frames_of(options.limit_seconds)
    known = _KnownClips(timeline.digests, lines, looks, options, store, takes)
    spans = plan_slots(timeline.frames, timeline.cuts, limit_frames=limit_frames, is_known=known.any_take)
    words = _Words(timeline.sentences)
    shots = []
    for number, span in enumerate(spans, start=1):
        line = lines.at(span.start_frame)
        sent = sent_frames(span.end_frame - span.start_frame, options.minimum_seconds)
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


class _KnownClips:
    """Answers for [start, end) whether its clip exists: in the take that counts, or in any up to it.

    The store is asked once for the names of all chunks, so that each pair of cuts costs a hash and no look-up.
    """

    def __init__(
        self,
        digests: bytes,
        lines: _Lines,
        looks: Mapping[Look, FittedLook],
        options: RenderOptions,
        store: Store,
        takes: Takes,
    ) -> None:
        self._digests = digests
        self._lines = lines
        self._looks = looks
        self._options = options
        self._store = store
        self._takes = takes
        self._chunks = set(store.record_names("recipes/chunk/"))
        self._best: dict[tuple[int, int], tuple[bool, bool]] = {}

    @property
    def any_take(self) -> Callable[[int, int], bool] | None:
        """What the planner asks; None when there are no chunks at all."""
        return (lambda start, end: self._found(start, end)[0]) if self._chunks else None

    def this_take(self, start_frame: int, end_frame: int) -> bool:
        """Whether the clip exists that the order asks for."""
        return bool(self._chunks) and self._found(start_frame, end_frame)[1]

    def _found(self, start_frame: int, end_frame: int) -> tuple[bool, bool]:
        pair = (start_frame, end_frame)
        if pair not in self._best:
            order = self._order(start_frame, end_frame)
            this = order is not None and self._has(order)
            older = order is not None and not this and any(map(self._has, earlier_takes(order)))
            self._best[pair] = (this or older, this)
        return self._best[pair]

    def _order(self, start_frame: int, end_frame: int) -> Order | None:
        sent = sent_frames(end_frame - start_frame, self._options.minimum_seconds)
        recipe = chunk_recipe(fingerprint(self._digests, start_frame, end_frame, sent))
        if recipe.record_name not in self._chunks:
            return None
        chunk = recall(self._store, recipe)
        if chunk is None:
            return None
        return order_for(self._looks[self._lines.at(start_frame).look], chunk.asset, self._options, self._takes)

    def _has(self, order: Order) -> bool:
        return find_clip(self._store, order, verify=False) is not None


def earlier_takes(order: Order) -> Iterator[Order]:
    """The same content's other takes, down from the one before it."""
    for take in range(order.take - 1, 0, -1):
        yield order.model_copy(update={"take": take})


def split_shots(timeline: VideoTimeline, shots: tuple[Shot, ...], store: Store) -> tuple[Asset, ...]:
    """The chunk of each shot. Where the clip and the chunk exist the chunk is only named, not read."""
    sound = timeline.sound
    chunks = []
    for shot in shots:
        known = recall(store, chunk_recipe(shot.fingerprint)) if shot.rendered else None
        if known and store.exists(known.asset):
            chunks.append(known.asset)
        else:
            span = (shot.start_frame, shot.end_frame, shot.sent_frames)
            chunks.append(prepare_chunk(sound, timeline.digests, *span, store))
    return tuple(chunks)
