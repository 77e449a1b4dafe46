"""Small works in a store: a second or two of speech each, one portrait; and the settings that make tests quick."""

from __future__ import annotations

import json
from pathlib import Path

from longtake.assets import FolderStore
from longtake.grid import SAMPLES_PER_FRAME
from longtake.orders import Order
from longtake.work import Work
from tests.preview_media import speech_like, write_chunk, write_portrait

SENT_FRAMES = 30
MODEL = "omnihuman-1.5"
RESOLUTION = {"fal": "720p", "aimlapi": "1080p", "pixazo": "720p"}

QUICK = {
    "LONGTAKE_PACE__POLL_SECONDS": "0.05",
    "LONGTAKE_PACE__LONGEST_POLL_SECONDS": "0.2",
    "LONGTAKE_PACE__DEADLINE_SECONDS": "15",
    "LONGTAKE_PACE__SUBMIT_TIMEOUT_SECONDS": "3",
    "LONGTAKE_PACE__CONNECT_TIMEOUT_SECONDS": "2",
    "LONGTAKE_PACE__READ_TIMEOUT_SECONDS": "20",
    "LONGTAKE_PACE__RETRY_SECONDS": "0.05",
    "LONGTAKE_PACE__ABSENT_AFTER_SECONDS": "0",
    "LONGTAKE_PACE__HEARTBEAT_SECONDS": "0.2",
    "LONGTAKE_PACE__STALE_AFTER_SECONDS": "1",
}
"""A pace of tenths of seconds instead of minutes, as far as a busy machine keeps to it."""


def make_works(folder: Path, count: int, *, resolution: str = "720p", frames: int = SENT_FRAMES) -> Path:
    """A store below `folder` with the inputs of so many works; the file that lists them."""
    store = FolderStore(folder / "home" / "store")
    image = store.put(write_portrait(folder / "portrait.jpg"))
    works = []
    for number in range(1, count + 1):
        samples = speech_like(frames * SAMPLES_PER_FRAME / 48_000, seed=number)
        chunk = store.put(write_chunk(folder / f"{number}.wav", samples[: frames * SAMPLES_PER_FRAME]))
        order = Order.model_validate(
            {"chunk_sha256": chunk.sha256, "image_sha256": image.sha256, "model": MODEL, "resolution": resolution}
        )
        works.append(
            Work(
                order=order,
                chunk=chunk,
                image=image,
                sent_frames=frames,
                label=f"{number:03d}",
                start_frame=(number - 1) * frames,
                end_frame=number * frames,
                first_words=f"words of clip {number}",
            )
        )
    listed = folder / "works.json"
    listed.write_text(json.dumps([work.model_dump(mode="json") for work in works]))
    return listed


def read_works(path: Path) -> list[Work]:
    return [Work.model_validate(work) for work in json.loads(path.read_text())]
