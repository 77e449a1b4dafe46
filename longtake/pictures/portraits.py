"""The portraits of a video on one sheet: each once, as it is sent, with who is seen in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.frozen import Frozen
from longtake.pictures.sheets import Tile, draw_sheet, fitted, writable, write_jpeg
from longtake.portrait.reading import opened
from longtake.shots import Shot

MOST_PORTRAITS = 12
_WIDTH, _HEIGHT = 280, 210


class Portrait(Frozen):
    """A fitted picture, who speaks in it, and in how many clips."""

    image: Asset
    speakers: tuple[str, ...]
    clips: int

    @property
    def text(self) -> str:
        """What stands below it."""
        return f"{', '.join(self.speakers)} ({self.clips})"

    @property
    def is_writable(self) -> bool:
        """Whether the sheet can name all who speak in it."""
        return writable(self.text) == self.text


def portraits_of(shots: Iterable[Shot]) -> tuple[Portrait, ...]:
    """Every picture that some clip is rendered from, in order of appearance."""
    speakers: dict[Asset, dict[str, None]] = {}
    clips: dict[Asset, int] = {}
    for shot in shots:
        image = shot.look.image
        speakers.setdefault(image, {})[shot.speaker] = None
        clips[image] = clips.get(image, 0) + 1
    return tuple(Portrait(image=image, speakers=tuple(names), clips=clips[image]) for image, names in speakers.items())


def portrait_sheet(portraits: Sequence[Portrait], store: Store) -> Asset | None:
    """The sheet of the first twelve portraits, in the store; drawn once. None without portraits.

    Raises ImageError, AssetMissing.
    """
    shown = portraits[:MOST_PORTRAITS]
    if not shown:
        return None
    inputs = {"portraits": [[portrait.image.sha256, portrait.text] for portrait in shown]}
    recipe = Recipe(name="picture-portraits", number=1, inputs=inputs)

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        sheet = draw_sheet([Tile((_small(portrait.image, store),), portrait.text) for portrait in shown])
        return write_jpeg(sheet, folder / "portraits.jpg"), {"portraits": len(shown)}

    return prepare_once(store, recipe, make).asset


def _small(image: Asset, store: Store) -> Image.Image:
    with store.local(image) as path, opened(path) as picture:
        picture.draft("RGB", (_WIDTH * 2, _HEIGHT * 2))  # a JPEG is decoded at a fraction of its size
        return picture.convert("RGB").resize(fitted(picture.size, _WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
