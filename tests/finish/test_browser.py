"""An opening and a closing beside copied clips play and seek in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.finish.conform import conform
from longtake.portrait import Size
from longtake.stitch import PlacedClip
from tests.conftest import component
from tests.stitch_browser import player
from tests.stitch_media import read_code, write_clip
from tests.test_stitch import join

SIZE = Size(width=320, height=180)
OWN, CLIP = 7, 3
FRAMES = 25


@pytest.fixture
def video(tmp_path: Path) -> Path:
    film = write_clip(tmp_path / "film.mp4", OWN, FRAMES, sound=True)
    own = tmp_path / "own.mp4"
    conform(film, SIZE, "contain", own, where="intro")
    clip = write_clip(tmp_path / "clip.mp4", CLIP, FRAMES)
    clips = tuple(
        PlacedClip(path=path, start_frame=start, end_frame=start + FRAMES, sent_frames=FRAMES, is_own=path == own)
        for path, start in ((own, 0), (clip, FRAMES), (own, 2 * FRAMES))
    )
    output, report = join(tmp_path, clips)
    assert report.copied_clips == len(clips)
    return output


def test_chromium_plays_over_both_seams_and_seeks_behind_them(video: Path) -> None:
    chromium = component("chromium", "chromium", "chromium-browser", "google-chrome")
    with player(chromium, video.parent) as browser:
        told = browser.load(video.name)
        assert (told["width"], told["height"]) == (SIZE.width, SIZE.height)
        for frame in (2 * FRAMES, 0, FRAMES, FRAMES - 1, 2 * FRAMES - 1, 3 * FRAMES - 1):
            expected = (CLIP if FRAMES <= frame < 2 * FRAMES else OWN, frame % FRAMES)
            assert read_code(browser.seek((frame + 0.5) / 25)) == expected
        times, last = browser.play(0.6, 2.6)
        assert times == sorted(times)
        assert times[-1] >= 2.5
        assert read_code(last)[0] == OWN
