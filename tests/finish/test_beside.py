"""An opening beside clips of other kinds: where it cannot stand beside them it alone is encoded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from longtake.assets import FolderStore
from longtake.finish.conform import SET_NUMBER, conform
from longtake.portrait import Size
from longtake.stitch import PlacedClip, StitchReport
from tests.finish.media import make_film
from tests.stitch_media import decoded, place, write_clip
from tests.test_stitch import join
from tests.test_stitch_odd import picture_packets

SLOTS = [10, 12, 11]
SIZE = Size(width=192, height=108)
OWN_FRAMES = 10


def joined(folder: Path, own_size: Size = SIZE, **kind: Any) -> tuple[Path, StitchReport, list[Path], Path]:
    """Three clips of a kind between an opening and a closing."""
    film = make_film(folder / "film.mp4", seconds=OWN_FRAMES / 25, sound=None)
    own = folder / "own.mp4"
    conform(film, own_size, "contain", own, where="intro")
    settings = {"size": (SIZE.width, SIZE.height)} | kind
    counts = [round(slot * int(settings.get("rate", 25)) / 25) for slot in SLOTS]
    paths = [write_clip(folder / f"{n}.mp4", n, counts[n], **settings) for n in range(3)]
    middle = [
        clip.model_copy(update={"start_frame": clip.start_frame + OWN_FRAMES, "end_frame": clip.end_frame + OWN_FRAMES})
        for clip in place(paths, SLOTS)
    ]
    end = middle[-1].end_frame
    ends = [
        PlacedClip(path=own, start_frame=at, end_frame=at + OWN_FRAMES, sent_frames=OWN_FRAMES, is_own=True)
        for at in (0, end)
    ]
    output, report = join(folder, (ends[0], *middle, ends[1]))
    return output, report, paths, own


COPIED: dict[str, dict[str, Any]] = {
    "usual": {},
    "another rate": {"rate": 30},
    "baseline": {"options": {"profile": "baseline", "bf": "0"}},
    "8 lines that are no picture": {"size": (1920, 1088), "own_size": Size(width=1920, height=1080)},
    "other reference frames": {"options": {"refs": "5", "preset": "medium"}},
}
ENCODED: dict[str, dict[str, Any]] = {
    "the same number": {"options": {"x264-params": f"sps-id={SET_NUMBER}", "preset": "ultrafast"}},
    "another size": {"own_size": Size(width=180, height=108)},
}


@pytest.mark.parametrize("kind", COPIED)
def test_it_stands_beside_clips_of_all_usual_kinds(kind: str, tmp_path: Path) -> None:
    output, report, paths, own = joined(tmp_path, **COPIED[kind])
    assert (report.copied_clips, report.reencoded_clips, report.worst_start_error_ms) == (5, 0, 0)
    expected = [packet for path in (own, *paths, own) for packet in picture_packets(path)]
    assert picture_packets(output) == expected
    assert len(list(decoded(output))) == len(expected), "every picture is decoded, across all changes of the set-up"


@pytest.mark.parametrize("kind", ENCODED)
def test_it_alone_is_encoded_again_where_it_cannot(kind: str, tmp_path: Path) -> None:
    output, report, paths, _ = joined(tmp_path, **ENCODED[kind])
    assert (report.copied_clips, report.reencoded_clips, report.worst_start_error_ms) == (3, 2, 0)
    assert (report.width, report.height) == (SIZE.width, SIZE.height)
    middle = [packet for path in paths for packet in picture_packets(path)]
    assert picture_packets(output)[OWN_FRAMES:-OWN_FRAMES] == middle
    assert len(list(decoded(output))) == sum(SLOTS) + 2 * OWN_FRAMES


def test_a_single_clip_between_two_films_of_the_users_own_decides_what_the_video_is(tmp_path: Path) -> None:
    """It is outnumbered, and yet the one that was paid."""
    film = make_film(tmp_path / "film.mp4", seconds=OWN_FRAMES / 25, sound=None)
    own = tmp_path / "own.mp4"
    conform(film, Size(width=128, height=72), "contain", own, where="intro")
    clip = write_clip(tmp_path / "0.mp4", 0, 20, size=(SIZE.width, SIZE.height))
    clips = tuple(
        PlacedClip(path=path, start_frame=start, end_frame=start + n, sent_frames=n, is_own=path == own)
        for path, start, n in ((own, 0, OWN_FRAMES), (clip, OWN_FRAMES, 20), (own, OWN_FRAMES + 20, OWN_FRAMES))
    )
    output, report = join(tmp_path, clips)
    assert (report.width, report.height, report.reencoded_clips) == (SIZE.width, SIZE.height, 2)
    assert picture_packets(output)[OWN_FRAMES:-OWN_FRAMES] == picture_packets(clip)


def test_where_clips_are_no_h264_all_are_encoded_alike(tmp_path: Path) -> None:
    settings = {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none"}}
    output, report, _, _ = joined(tmp_path, **settings)
    assert (report.copied_clips, report.reencoded_clips) == (0, 5)
    assert len(list(decoded(output))) == sum(SLOTS) + 2 * OWN_FRAMES


def test_equal_films_give_equal_bytes(store: FolderStore, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=0.4, sound=None)
    for name in ("a.mp4", "b.mp4"):
        conform(film, SIZE, "contain", tmp_path / name, where="intro")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
