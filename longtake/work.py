"""One clip's work: what it is ordered with, its files, its check, how the clip is kept. The same for every maker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from longtake.assets import Asset, Store
from longtake.checks import Verdict, check_clip
from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND, frames_to_seconds
from longtake.memory import give_back_memory
from longtake.orders import ClipRecord, FittedLook, Order, save_clip
from longtake.shots import Shot

REJECTED_RECORDS = "rejected/"


class Work(Frozen):
    """An order with all that it takes to fulfil it, and the place in its video that a person knows it by."""

    order: Order
    chunk: Asset
    image: Asset
    mask: Asset | None = None
    sources: tuple[Asset, ...] = ()
    sent_frames: int
    label: str
    start_frame: int
    end_frame: int
    first_words: str

    @classmethod
    def of(cls, order: Order, shot: Shot, chunk: Asset, sources: tuple[Asset, ...]) -> Work:
        """The work of a shot."""
        return cls(
            order=order,
            chunk=chunk,
            image=shot.look.image,
            mask=shot.look.mask,
            sources=sources,
            sent_frames=shot.sent_frames,
            label=shot.label,
            start_frame=shot.start_frame,
            end_frame=shot.end_frame,
            first_words=shot.first_words,
        )

    @property
    def sent_seconds(self) -> float:
        """The length of what is sent, and paid for."""
        return frames_to_seconds(self.sent_frames)

    @property
    def seconds(self) -> float:
        """The length of its slot."""
        return frames_to_seconds(self.end_frame - self.start_frame)

    @property
    def look(self) -> FittedLook:
        """What is seen in it."""
        return FittedLook(image=self.image, mask=self.mask, prompt=self.order.prompt)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The SHA-256 of every file that is sent."""
        sent = (self.chunk, self.image, self.mask)
        return tuple(asset.sha256 for asset in sent if asset)

    @property
    def title(self) -> str:
        """The clip as a person finds it: its number, its times in the video, its first words."""
        return f"clip {self.label} ({_clock(self.start_frame)}-{_clock(self.end_frame)}, {self.first_words!r})"


def _clock(frame: int) -> str:
    minutes, seconds = divmod(frame / FRAMES_PER_SECOND, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{seconds:04.1f}" if hours else f"{minutes}:{seconds:04.1f}"


class ClipFiles(Frozen):
    """The local files that an order is fulfilled with, and a folder that is removed afterwards."""

    chunk: Path
    image: Path
    mask: Path | None
    folder: Path

    @property
    def clip(self) -> Path:
        """Where the clip is to be written."""
        return self.folder / "clip.mp4"


@contextmanager
def opened(work: Work, store: Store) -> Iterator[ClipFiles]:
    """The work's files, verified, for as long as the context lasts. Raises AssetMissing, AssetCorrupt."""
    with ExitStack() as files:
        yield ClipFiles(
            chunk=files.enter_context(store.local(work.chunk)),
            image=files.enter_context(store.local(work.image)),
            mask=files.enter_context(store.local(work.mask)) if work.mask else None,
            folder=files.enter_context(store.scratch()),
        )


async def judged(files: ClipFiles, work: Work, *, whole: bool) -> Verdict:
    """The check of the clip that was written; `whole` looks at every frame of it."""

    def check() -> Verdict:
        verdict = check_clip(files.clip, files.chunk, sent_frames=work.sent_frames, every_frame=whole)
        give_back_memory()
        return verdict

    return await asyncio.to_thread(check)


class Made(Frozen):
    """Who made a clip, what it cost, and the job in the ledger that it came from."""

    provider: str
    price_micro_usd: int = 0
    job_id: str | None = None
    label: str | None = None


async def keep_clip(files: ClipFiles, work: Work, verdict: Verdict, made: Made, store: Store) -> ClipRecord:
    """Move the clip into the store, then write its record; answers the record that stands."""
    return await asyncio.to_thread(lambda: save_clip(store, _stored(files, work, verdict, made, store)))


async def keep_rejected(files: ClipFiles, work: Work, verdict: Verdict, made: Made, store: Store) -> ClipRecord:
    """Keep a clip that failed its check, for it was paid, and a person may overrule the check."""

    def keep() -> ClipRecord:
        record = _stored(files, work, verdict, made, store)
        store.write_record(f"{REJECTED_RECORDS}{made.job_id}.json", record.model_dump_json().encode())
        return record

    return await asyncio.to_thread(keep)


def _stored(files: ClipFiles, work: Work, verdict: Verdict, made: Made, store: Store) -> ClipRecord:
    return ClipRecord(
        order=work.order,
        asset=store.put(files.clip, suffix=".mp4", move=True),
        chunk=work.chunk,
        image=work.image,
        mask=work.mask,
        sources=work.sources,
        verdict=verdict,
        **made.model_dump(),
    )


def read_rejected(job_id: str, store: Store) -> ClipRecord | None:
    """The record of a rejected job's clip."""
    data = store.read_record(f"{REJECTED_RECORDS}{job_id}.json")
    return ClipRecord.model_validate_json(data) if data else None
