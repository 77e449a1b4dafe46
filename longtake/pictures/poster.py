"""The poster of a video: one picture that stands for it."""

from __future__ import annotations

from pathlib import Path

from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.memory import give_back_memory
from longtake.pictures.frames import opened_frames
from longtake.pictures.sheets import fitted, write_jpeg

POSTER_SECONDS = 1.0
"""Who speaks has begun to by then."""

WIDTH, HEIGHT = 960, 720


def poster(video: Asset, seconds: float, store: Store) -> Asset:
    """The poster of a video that lasts so long, in the store; drawn once. Raises MediaError, AssetMissing."""
    recipe = Recipe(name="picture-poster", number=1, inputs={"video": video.sha256})

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        with store.local(video) as path, opened_frames(path) as frames:
            size = fitted(frames.size, WIDTH, HEIGHT)
            picture = frames.at(min(POSTER_SECONDS, seconds / 2), size)
        give_back_memory()
        return write_jpeg(picture, folder / "poster.jpg"), {"width": size[0], "height": size[1]}

    return prepare_once(store, recipe, make).asset
