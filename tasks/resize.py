"""Resizing: portraits and masks fitted to the size of the video."""

from __future__ import annotations

import asyncio

from longtake.looks import fit_look
from longtake.orders import FittedLook
from longtake.portrait import Size
from longtake.run import Run
from longtake.storyboard import Look
from tasks.steps import keyed, step


@step(
    "resize",
    run_name="resize · {size.width}x{size.height}",
    cache_key=keyed(
        "resize",
        1,
        lambda p: [p["look"].model_dump(mode="json"), p["size"].model_dump(mode="json"), p["run"].options.fit],
    ),
)
async def resize(look: Look, size: Size, run: Run) -> FittedLook:
    """Fit a portrait, and its mask with the very same geometry."""
    return await asyncio.to_thread(fit_look, look, size, run.options, run.store)
