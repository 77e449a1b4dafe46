"""The looks of a dialogue: one picture, a mask each; and what a person should know of a mask."""

from __future__ import annotations

from contextvars import copy_context
from pathlib import Path

import pytest
from PIL import Image
from typing_extensions import override

from longtake import progress
from longtake.assets import Asset, FolderStore
from longtake.errors import ImageError
from longtake.looks import fit_look, looks_of, video_size
from longtake.options import RenderOptions
from longtake.storyboard import Line, Scene, Speaker, Storyboard

OPTIONS = RenderOptions.model_validate(
    {"providers": ("fal",), "model": "omnihuman-1.5", "resolution": "720p", "shape": "16:9"}
)


class Hearing(progress.Silence):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @override
    def note(self, text: str) -> None:
        self.notes.append(text)


def mask(store: FolderStore, folder: Path, *white: tuple[int, int, int, int]) -> Asset:
    drawn = Image.new("L", (1280, 720), 0)
    for box in white:
        drawn.paste(255, box)
    path = folder / f"{len(white)}-{sum(white[0]) if white else 0}.png"
    drawn.save(path)
    return store.put(path)


def duet(store: FolderStore, folder: Path, *masks: Asset) -> Storyboard:
    """A line for each mask, all in one picture."""
    Image.new("RGB", (1280, 720), "#31465f").save(folder / "both.png")
    both = store.put(folder / "both.png").address
    names = [f"Speaker {number}" for number in range(len(masks))]
    return Storyboard(
        speakers={name: Speaker(image=both, mask=one.address) for name, one in zip(names, masks, strict=True)},
        scenes=(Scene(lines=tuple(Line(speaker=name, text="Hello.") for name in (*names, *names))),),
    )


LEFT, RIGHT = (100, 100, 500, 600), (800, 100, 1200, 600)


def test_two_in_one_picture_are_two_looks_with_one_image(store: FolderStore, tmp_path: Path) -> None:
    board = duet(store, tmp_path, mask(store, tmp_path, LEFT), mask(store, tmp_path, RIGHT))
    looks = looks_of(board)
    assert len(looks) == 2
    size = video_size(looks, OPTIONS, store)
    one, two = (fit_look(look, size, OPTIONS, store) for look in looks)
    assert one.image == two.image
    assert one.mask and two.mask and one.mask != two.mask


def test_a_mask_that_picks_nobody_out_is_told_and_one_that_shows_nobody_refused(
    store: FolderStore, tmp_path: Path
) -> None:
    everybody, nobody = mask(store, tmp_path, (0, 0, 1280, 720)), mask(store, tmp_path)
    white, black = looks_of(duet(store, tmp_path, everybody, nobody))
    size = video_size((white,), OPTIONS, store)
    heard = Hearing()

    def fit_twice() -> None:
        progress.listen(heard)
        for _ in range(2):
            fit_look(white, size, OPTIONS, store)

    copy_context().run(fit_twice)
    assert heard.notes == ["the mask is white everywhere, so it picks nobody out: it can be left away"]
    with pytest.raises(ImageError, match="the mask is black everywhere, so nobody would speak"):
        fit_look(black, size, OPTIONS, store)
