"""What was joined plays and seeks in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longtake.stitch import PlacedClip
from tests.conftest import component
from tests.stitch_browser import Player, player
from tests.stitch_media import place, read_code, write_clip
from tests.test_stitch import join

Joined = tuple[str, tuple[PlacedClip, ...], tuple[int, int]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Player]:
    chromium = component("chromium", "chromium", "chromium-browser", "google-chrome")
    with player(chromium, folder) as running:
        yield running


def plain(folder: Path) -> Joined:
    """Uneven lengths, and padding."""
    slots, off = [25, 30, 12, 28, 26, 40], [0, -5, 63, 8, 3, -1]
    sent = [25, 30, 75, 28, 26, 40]
    counts = [slot + more for slot, more in zip(slots, off, strict=True)]
    paths = [write_clip(folder / f"plain{n}.mp4", n, count) for n, count in enumerate(counts)]
    return _join(folder, "plain.mp4", place(paths, slots, sent), (320, 180))


def mixed(folder: Path) -> Joined:
    """Odd clips among copied ones: two encoders' pictures in one track."""
    kinds = [
        {},
        {"size": (256, 144)},
        {},
        {"rate": 30},
        {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
        {},
    ]
    counts, slots = [25, 30, 20, 36, 25, 30], [25, 30, 20, 30, 25, 30]
    paths = [
        write_clip(folder / f"mixed{n}.mp4", n, count, **kind)
        for n, (count, kind) in enumerate(zip(counts, kinds, strict=True))
    ]
    return _join(folder, "mixed.mp4", place(paths, slots), (320, 180))


def cropped(folder: Path) -> Joined:
    """1088 lines of which 1080 are shown, with an odd clip."""
    sizes, slots = [(1920, 1088), (1280, 720), (1920, 1088)], [25, 20, 25]
    paths = [write_clip(folder / f"crop{n}.mp4", n, slot, size=sizes[n]) for n, slot in enumerate(slots)]
    return _join(folder, "cropped.mp4", place(paths, slots), (1920, 1080))


def _join(folder: Path, name: str, clips: tuple[PlacedClip, ...], size: tuple[int, int]) -> Joined:
    output, report = join(folder, clips)
    assert (report.width, report.height) == size
    output.rename(folder / name)
    return name, clips, size


@pytest.mark.parametrize("make", [plain, mixed, cropped])
def test_chromium_plays_and_seeks(browser: Player, folder: Path, make) -> None:
    name, clips, size = make(folder)
    told = browser.load(name)
    seconds = clips[-1].end_frame / 25
    assert (told["width"], told["height"]) == size
    assert told["seconds"] == pytest.approx(seconds, abs=0.03)

    for number in [len(clips) - 1, 0, *range(1, len(clips))]:
        start = clips[number].start_frame / 25
        assert read_code(browser.seek(start + 0.001)) == (number, 0)
        if start:
            assert read_code(browser.seek(start - 0.02))[0] == number - 1

    times, last = browser.play(seconds - 2.5, seconds - 0.5)
    assert len(times) >= 10
    assert times == sorted(times)
    assert read_code(last)[0] == len(clips) - 1
