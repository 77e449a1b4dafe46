"""What Prefect and our own bookkeeping cost for a clip: 1,200 task runs around a maker that answers at once.

Beside them, the same clips without Prefect. The server is the temporary one, as on a laptop; its own processor time is
not counted.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

CLIPS = 1200
AT_ONCE = 20
GOAL_MS = 10


def main() -> None:
    from flows.commands.start import QUIET
    from flows.server.temporary import TemporaryServer

    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        os.environ.update(QUIET | {"LONGTAKE_HOME": str(home)})
        with TemporaryServer(home) as server:
            os.environ["PREFECT_API_URL"] = server.api_url
            server.wait()
            asyncio.run(measure(home))


async def measure(home: Path) -> None:
    from prefect import flow
    from prefect.logging.handlers import APILogHandler

    from flows.means.results import keep_results_in_store, save_results_block
    from longtake.assets import FolderStore, epoch
    from longtake.checks import Verdict
    from longtake.generation import generate_clip
    from longtake.options import PREVIEW, RenderOptions
    from longtake.orders import ClipRecord, Order
    from longtake.run import Run
    from longtake.work import Work
    from tasks.generate import generate

    store = FolderStore(home / "store")
    keep_results_in_store()
    await save_results_block()
    chunk, image = store.put(b"sound", suffix=".wav"), store.put(b"picture", suffix=".png")
    run = Run(RenderOptions(), "orchestration", store, epoch(store))

    def work_of(number: int) -> Work:
        order = Order(
            chunk_sha256=f"{number:064x}", image_sha256=image.sha256, model="omnihuman-1.5", resolution="1080p"
        )
        label, frames = f"{number:04d}", 750
        start = (number - 1) * frames
        return Work(
            order=order, chunk=chunk, image=image, sent_frames=frames, label=label, start_frame=start,
            end_frame=start + frames, first_words="so it begins",
        )  # fmt: skip

    class Maker:
        at_once = AT_ONCE

        def wants_anew(self, record: ClipRecord, work: Work) -> bool:
            return False

        async def use(self, record: ClipRecord, work: Work) -> ClipRecord:
            return record

        async def make(self, work: Work, store: object) -> ClipRecord:
            return ClipRecord(
                order=work.order, asset=chunk, chunk=chunk, image=image, provider=PREVIEW,
                verdict=Verdict(passed=True), label=work.label,
            )  # fmt: skip

    maker = Maker()
    works = [work_of(number) for number in range(1, CLIPS + 1)]

    @flow(name="orchestration")
    async def with_prefect() -> None:
        await timed("as task runs", lambda work: generate(work, maker, run), works)

    await timed("without Prefect", lambda work: generate_clip(work, maker, store), works)
    await with_prefect()
    await APILogHandler.aflush()


async def timed(title: str, make: Callable[..., Awaitable[object]], works: Sequence[object]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(work: object) -> None:
        async with gate:
            await make(work)

    begun, worked = time.monotonic(), time.process_time()
    await asyncio.gather(*map(one, works))
    wall, worked = time.monotonic() - begun, time.process_time() - worked
    print(
        f"  {CLIPS} clips {title:18}{wall / CLIPS * 1000:6.1f} ms a clip, {worked / CLIPS * 1000:5.1f} ms of processor "
        f"time (goal {GOAL_MS})",
        flush=True,
    )


if __name__ == "__main__":
    main()
