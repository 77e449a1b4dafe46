"""A paid run's wall time against the best that any scheduler could do, and against the plain loop on fal's own client.

120 clips at the emulated fal, each rendered for a seeded time (2 s on average), 10 in progress at once. The ideal hands
each clip, in order, to whichever place is free first, and costs nothing else: what the emulator itself drew, no more.
Both ask every 0.05 to 0.1 s how far a clip is, as befits clips of 2 s; the default, 2 to 15 s, is for clips of minutes.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fal_client
import httpx

from emulators.launch import Emulator, running
from emulators.settings import AccountSettings, EmulatorSettings
from longtake.assets import FolderStore
from tests.paid.works import QUICK, make_works, read_works

CLIPS = 120
PLACES = 10
MEAN_SECONDS = 2.0
SETTINGS = EmulatorSettings(
    mean_seconds=MEAN_SECONDS,
    tiny=True,
    fal=AccountSettings(concurrency=PLACES, key="emulated-key-id:emulated-fal-secret"),
)
ROW = "{:<44}{:>9}{:>9}{:>8}{:>9}"


def ideal_seconds(render_seconds: list[float]) -> float:
    """List scheduling: each job to the place that is free first."""
    places = [0.0] * PLACES
    for seconds in render_seconds:
        heapq.heapreplace(places, places[0] + seconds)
    return max(places)


def ours(folder: Path, emulator: Emulator) -> float:
    works = make_works(folder, CLIPS)
    env = os.environ | QUICK | emulator.env | {
        "LONGTAKE_HOME": str(folder / "home"),
        "LONGTAKE_IN_PROGRESS": json.dumps({"fal": PLACES}),
        "LONGTAKE_PACE__LONGEST_POLL_SECONDS": "0.05",
        "LONGTAKE_PACE__DEADLINE_SECONDS": "600",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.paid.driver", str(works)], env=env, check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    assert len(told) == CLIPS
    assert all(text.startswith("clip ") for text in told.values()), told
    return float(done.stderr.rsplit("seconds: ", 1)[1])


async def plain_loop(folder: Path, emulator: Emulator) -> float:
    """What a user would write: upload, submit, poll, download, so many at once; nothing kept, nothing checked."""
    works = read_works(make_works(folder, CLIPS))
    store = FolderStore(folder / "home" / "store")
    gate = asyncio.Semaphore(PLACES)

    async def render(number: int, client: fal_client.AsyncClient, media: httpx.AsyncClient) -> None:
        work = works[number]
        async with gate:
            with store.local(work.chunk) as chunk, store.local(work.image) as image:
                audio_url = await client.upload_file(chunk)
                image_url = await client.upload_file(image)
            result = await client.subscribe(
                "fal-ai/bytedance/omnihuman/v1.5",
                {"image_url": image_url, "audio_url": audio_url, "resolution": "720p"},
            )
            clip = await media.get(result["video"]["url"])
            (folder / f"{number}.mp4").write_bytes(clip.content)

    begun = time.monotonic()
    for name, url in (("QUEUE_URL_FORMAT", "{}/"), ("REST_URL", "{}"), ("CDN_URL", "{}")):
        setattr(fal_client.client, name, url.format(emulator.urls["fal"]))
    client = fal_client.AsyncClient(key=emulator.settings.fal.key)
    async with httpx.AsyncClient() as media:
        await asyncio.gather(*(render(number, client, media) for number in range(CLIPS)))
    return time.monotonic() - begun


def main() -> None:
    print(ROW.format(f"{CLIPS} clips, {PLACES} at once", "wall s", "ideal s", "ratio", "paid"))
    with tempfile.TemporaryDirectory() as name:
        for title, run in (
            ("longtake, with ledger and checks", ours),
            ("plain loop on fal-client, nothing kept", None),
        ):
            folder = Path(name) / title.split(",")[0].replace(" ", "-")
            folder.mkdir()
            with running(folder / "providers", SETTINGS) as emulator:
                wall = run(folder, emulator) if run else asyncio.run(plain_loop(folder, emulator))
                book = emulator.book("fal")
            ideal = ideal_seconds([entry.render_seconds for entry in book.accepted])
            print(ROW.format(title, f"{wall:.1f}", f"{ideal:.1f}", f"{wall / ideal:.3f}", str(book.paid)), flush=True)


if __name__ == "__main__":
    main()
