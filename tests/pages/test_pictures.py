"""Poster, join sheet and portrait sheet, measured: every picture says which clip and which frame it is."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.assets import Asset, FolderStore
from longtake.errors import MediaError
from longtake.orders import FittedLook
from longtake.pictures import Join, Portrait, join_sheet, joins_of, portrait_sheet, portraits_of, poster
from longtake.pictures.frames import opened_frames
from longtake.pictures.joins import MOST_JOINS
from longtake.pictures.sheets import BETWEEN, GAP, LINE, MARGIN
from longtake.shots import Shot
from longtake.stitch import StitchJob, stitch
from tests.command_line import portrait
from tests.stitch_media import place, read_code, write_clip, write_master

SLOTS = [50, 40, 45, 30, 60]
RATES = [25, 30, 25, Fraction(30000, 1001), 25]
LENGTHS = [50, 50, 45, 36, 64]
"""In frames of each clip's own rate: the second has 2 too many, the last 4."""

SENT = [50, 40, 60, 30, 60]
"""The third was sent with padding, whose pictures players never see."""


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> tuple[FolderStore, Asset, tuple[Join, ...]]:
    """A video of five clips of odd rates and lengths in a store, and its joins."""
    folder = tmp_path_factory.mktemp("joined")
    lengths = [*LENGTHS[:2], 60, *LENGTHS[3:]]
    clips = [
        write_clip(folder / f"{number}.mp4", number, length, rate=rate)
        for number, (length, rate) in enumerate(zip(lengths, RATES, strict=True), start=1)
    ]
    master = write_master(folder / "master.m4a", [], sum(SLOTS))
    output = folder / "video.mp4"
    stitch(StitchJob(clips=place(clips, SLOTS, SENT), master=master, comment="test"), output)
    store = FolderStore(folder / "store")
    return store, store.put(output), joins_of(shots_of(SLOTS))


def shots_of(slots: list[int], *, images: list[str] | None = None) -> list[Shot]:
    """The shots of slots of so many frames, each of the picture named by a letter."""
    shots, at = [], 0
    for number, slot in enumerate(slots, start=1):
        image = Asset(sha256=(images[number - 1] if images else "a") * 64, size_bytes=1, suffix=".png")
        shots.append(
            Shot(
                number=number,
                start_frame=at,
                end_frame=at + slot,
                sent_frames=slot,
                pause_seconds=0.5,
                cut=None if number == len(slots) else "line",
                scene=0,
                speaker="Ada",
                first_words="Good morning",
                fingerprint=f"{number:064d}",
                look=FittedLook(image=image),
                rendered=False,
            )
        )
        at += slot
    return shots


def luma(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L"))


def opened_jpeg(store: FolderStore, asset: Asset) -> Image.Image:
    with store.open(asset) as file, Image.open(file) as picture:
        assert picture.format == "JPEG"
        picture.load()
        return picture


def test_the_pictures_at_a_join_are_the_last_shown_one_and_the_first(
    joined: tuple[FolderStore, Asset, tuple[Join, ...]],
) -> None:
    store, video, joins = joined
    seen = []
    with store.local(video) as path, opened_frames(path) as frames:
        for join in joins:
            before = read_code(luma(frames.at(join.seconds - 0.002, (320, 180))))
            after = read_code(luma(frames.at(join.seconds, (320, 180))))
            seen.append((before, after))
    assert seen == [((1, 49), (2, 0)), ((2, 49), (3, 0)), ((3, 44), (4, 0)), ((4, 35), (5, 0))]


def test_any_time_has_the_picture_that_is_on_then(tmp_path: Path) -> None:
    options = {"bf": "8", "g": "250", "b-pyramid": "normal", "threads": "1"}
    clip = write_clip(tmp_path / "clip.mp4", 3, 300, options=options)
    with opened_frames(clip) as frames:
        for frame in (299, 0, 250, 249, 251, 100, 248, 8):
            assert read_code(luma(frames.at((frame + 0.5) / 25, (320, 180)))) == (3, frame)
        assert read_code(luma(frames.at(99.0, (320, 180)))) == (3, 299)


def test_the_sheet_holds_each_join_in_its_place(joined: tuple[FolderStore, Asset, tuple[Join, ...]]) -> None:
    store, video, joins = joined
    asset = join_sheet(video, joins, store)
    assert asset is not None
    sheet = opened_jpeg(store, asset)
    assert sheet.width <= 1200
    width = (sheet.width - 2 * MARGIN - 2 * GAP) // 3
    half = (width - BETWEEN) // 2
    height = round(half * 180 / 320)
    seen = []
    for number in range(4):
        row, column = divmod(number, 3)
        left, top = MARGIN + column * (width + GAP), MARGIN + row * (height + LINE + GAP)
        first = sheet.crop((left, top, left + half, top + height))
        second = sheet.crop((left + half + BETWEEN, top, left + width, top + height))
        seen.append((read_code(luma(first))[0], read_code(luma(second))[0]))
        line = luma(sheet.crop((left, top + height, left + width, top + height + LINE)))
        assert line.min() < 100, "nothing is written below it"
    assert seen == [(1, 2), (2, 3), (3, 4), (4, 5)]


def test_what_is_drawn_is_not_drawn_again(joined: tuple[FolderStore, Asset, tuple[Join, ...]], tmp_path: Path) -> None:
    store, video, joins = joined
    other = FolderStore(tmp_path)
    with store.local(video) as path:
        other.put(path)
    first = (poster(video, 9.0, other), join_sheet(video, joins, other))
    other.delete(video)
    assert (poster(video, 9.0, other), join_sheet(video, joins, other)) == first
    assert len(list(other.assets())) == 2


def test_a_sheet_for_which_there_is_no_time_holds_what_is_drawn_and_is_drawn_whole_later(
    joined: tuple[FolderStore, Asset, tuple[Join, ...]], tmp_path: Path
) -> None:
    source, video, joins = joined
    store = FolderStore(tmp_path)
    with source.local(video) as path:
        store.put(path)
    assert join_sheet(video, joins, store, enough=lambda: True) is None
    answers = iter([False, False, True])
    part = join_sheet(video, joins, store, enough=lambda: next(answers))
    whole = join_sheet(video, joins, store)
    assert part and whole
    assert opened_jpeg(store, part).width < opened_jpeg(store, whole).width
    assert join_sheet(video, joins, store, enough=lambda: True) == whole


def test_the_poster_is_a_picture_of_the_first_clip(joined: tuple[FolderStore, Asset, tuple[Join, ...]]) -> None:
    store, video, _ = joined
    asset = poster(video, 9.0, store)
    picture = opened_jpeg(store, asset)
    assert (asset.suffix, picture.size) == (".jpg", (320, 180))
    assert read_code(luma(picture)) == (1, 25)


def test_what_is_no_video_is_refused(store: FolderStore) -> None:
    with pytest.raises(MediaError):
        poster(store.put(b"no video at all", suffix=".mp4"), 9.0, store)


def test_of_a_long_video_twelve_joins_are_chosen_from_its_beginning_to_its_end() -> None:
    shots = shots_of([500] * 1200)
    joins = joins_of(shots)
    assert len(joins) == MOST_JOINS
    assert (joins[0].before, joins[-1].after) == ("001", "1200")
    gaps = {b.frame - a.frame for a, b in pairwise(joins)}
    assert max(gaps) - min(gaps) <= 500
    assert joins[-1].text == "1199 | 1200   6:39:40.00"


def test_joins_inside_one_picture_come_first() -> None:
    images = ["a" if number % 8 else "b" for number in range(80)]
    joins = joins_of(shots_of([100] * 80, images=images))
    assert len(joins) == MOST_JOINS
    assert all(join.same_look for join in joins)
    changing = joins_of(shots_of([100] * 80, images=["ab"[number % 2] for number in range(80)]))
    assert len(changing) == MOST_JOINS
    assert not joins_of(shots_of([100]))
    assert join_sheet(Asset(sha256="0" * 64, size_bytes=1), (), FolderStore.__new__(FolderStore)) is None


def test_portraits_are_shown_once_each_with_who_speaks(store: FolderStore, tmp_path: Path) -> None:
    colours = {"#c04040": "Ada", "#40c040": "Björn"}
    found = []
    for colour, name in colours.items():
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (640, 360), colour).save(path)
        found.append(Portrait(image=store.put(path), speakers=(name,), clips=3))
    asset = portrait_sheet(found, store)
    assert asset is not None
    assert portrait_sheet(found, store) == asset
    sheet = opened_jpeg(store, asset)
    pixels = [np.asarray(sheet)[80, MARGIN + 140 + number * (280 + GAP)] for number in range(2)]
    assert [int(np.argmax(pixel)) for pixel in pixels] == [0, 1]
    assert found[1].is_writable
    assert not found[1].model_copy(update={"speakers": ("Ада",)}).is_writable


def test_portraits_are_counted_by_picture_not_by_speaker(store: FolderStore, tmp_path: Path) -> None:
    image = store.put(portrait(tmp_path / "ada.png"))
    shots = [shot.model_copy(update={"look": FittedLook(image=image)}) for shot in shots_of([10, 10, 10])]
    shots[1] = shots[1].model_copy(update={"speaker": "Ben"})
    (found,) = portraits_of(shots)
    assert (found.speakers, found.clips, found.text) == (("Ada", "Ben"), 3, "Ada, Ben (3)")
