"""Clips as the emulated model renders them: previews of what was sent, drawn once and kept."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emulators.faults import Rule
from emulators.inputs import Inputs
from longtake.files import written_whole

TINY_SIDE_PIXELS = 96
AT_ONCE = 2


class Renderer:
    """Draws in threads of its own, so that the server goes on answering."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="render")
        self._drawing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def clip(self, inputs: Inputs, fault: Rule | None, *, tiny: bool) -> Path:
        """The clip of these inputs, with that fault."""
        key = hashlib.sha256(
            b"\0".join([inputs.image, inputs.audio, str(tiny).encode(), _told(fault).encode()])
        ).hexdigest()
        path = self._folder / f"{key}.mp4"
        async with self._drawing[key]:
            if not path.exists():
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, _draw, inputs, fault, tiny, path)
        return path


def _told(fault: Rule | None) -> str:
    return f"{fault.fault}/{fault.fps}/{fault.frames}" if fault else ""


def _draw(inputs: Inputs, fault: Rule | None, tiny: bool, target: Path) -> None:
    from emulators.media import spoil
    from emulators.sound import write_chunk
    from longtake.preview import render_preview

    with tempfile.TemporaryDirectory() as name, written_whole(target) as part:
        folder = Path(name)
        chunk, image, clip = folder / "chunk.wav", folder / "image.png", folder / "clip.mp4"
        write_chunk(inputs.audio, chunk)
        _write_image(inputs.image, image, tiny)
        render_preview(image, chunk, clip, label="emulated")
        spoil(clip, part, fault)


def _write_image(image: bytes, path: Path, tiny: bool) -> None:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(image)) as picture:
        drawn = picture.convert("RGB")
        if tiny:
            share = TINY_SIDE_PIXELS / min(drawn.size)
            drawn = drawn.resize((max(2, round(drawn.width * share)), max(2, round(drawn.height * share))))
        drawn.save(path)
