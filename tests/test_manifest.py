"""The manifest: a finished video is known again, a changed one is seen, and what prune took is made again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from flows.request import Request
from longtake.assets import FolderStore
from longtake.manifest import Manifest, companions, finished, request_key
from longtake.options import RenderOptions
from longtake.orders import Order, find_clip
from longtake.storyboard import Storyboard
from tests.command_line import longtake, portrait, render, small_talk

NAMES = ("talk.mp4", "talk.srt", "talk.vtt", "talk.manifest.json")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rendered talk, and its home."""
    folder = tmp_path_factory.mktemp("manifest")
    render(folder / "home", small_talk(folder), folder / "talk.mp4")
    return folder


def manifest_of(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / "talk.manifest.json").read_bytes())


def bytes_of(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in NAMES]


def key_of(script: Path, **options: object) -> str:
    words: dict[str, object] = {
        "image": None, "audio": None, "output": None, "provider": "preview", "model": "omnihuman-1.5",
        "resolution": "720p", "shape": "own", "fit": "contain", "loudness": "podcast", "reencode": False,
    }  # fmt: skip
    return Request.from_words(script=script, **(words | options)).key  # type: ignore[arg-type]


@pytest.fixture
def copy(talk: Path, tmp_path: Path) -> Path:
    """The finished files, to be changed."""
    for path in talk.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    return tmp_path


def test_a_finished_video_is_known_by_its_request(talk: Path) -> None:
    result = finished(talk / "talk.mp4", key_of(talk / "talk.md"))
    assert result is not None
    assert (result.from_manifest, result.new_clips, result.clips) == (True, 0, 3)
    assert result.asset == manifest_of(talk).asset


def test_moved_elsewhere_with_its_script_it_is_still_known(copy: Path) -> None:
    assert finished(copy / "talk.mp4", key_of(copy / "talk.md"))


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("name", "harm"),
    [(name, harm) for name in NAMES for harm in (Path.unlink, _cut, _empty)] + [(name, _flip) for name in NAMES[:3]],
)
def test_a_file_that_is_not_as_it_was_is_seen(copy: Path, name: str, harm: Callable[[Path], None]) -> None:
    key = key_of(copy / "talk.md")
    harm(copy / name)
    assert finished(copy / "talk.mp4", key) is None


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": "1080p"},
        {"shape": "1:1"},
        {"fit": "cover"},
        {"loudness": "youtube"},
        {"reencode": True},
        {"model": "omnihuman-1", "resolution": "1080p"},
        {"image": "other.png"},
    ],
    ids=str,
)
def test_other_options_are_another_request(copy: Path, options: dict[str, object]) -> None:
    if "image" in options:
        options = {"image": str(portrait(copy / "other.png"))}
    assert finished(copy / "talk.mp4", key_of(copy / "talk.md", **options)) is None


def test_another_word_portrait_or_voice_is_another_request_a_comment_is_not(copy: Path) -> None:
    script = copy / "talk.md"
    text, key = script.read_text(), key_of(script)
    script.write_text(text + "\n> A note that nobody hears.\n")
    assert key_of(script) == key
    script.write_text(text.replace("> A", "").replace("## Hello", "> A note.\n\n## Hello"))
    assert key_of(script) == key, "the number of a line in its file is of no matter"
    for old, new in (("at once", "later"), ("en-gb+f3", "en-gb+f4"), ("## Goodbye", "## Bye"), ("small-talk", "other")):
        assert old in text
        script.write_text(text.replace(old, new))
        assert key_of(script) != key, new
    script.write_text(text)
    portrait(copy / "ben.png", colour="#123456")
    assert key_of(script) != key


def test_the_video_s_name_is_part_of_the_request(talk: Path) -> None:
    manifest = manifest_of(talk)
    assert request_key(manifest.storyboard, manifest.options, manifest.video) == manifest.request_key
    assert request_key(manifest.storyboard, manifest.options, "another") != manifest.request_key


def test_every_clip_is_in_it_with_its_order_and_its_check(talk: Path) -> None:
    manifest, store = manifest_of(talk), FolderStore(talk / "home/store")
    for clip in manifest.clips:
        assert clip.order_key == clip.order.key
        found = find_clip(store, Order.model_validate(clip.order.model_dump()))
        assert found is not None
        assert found.asset == clip.clip
        assert clip.verdict.passed
        assert clip.provider == "preview"
        assert clip.price_micro_usd == 0
    assert manifest.check.passed
    slots = [(clip.shot.start_frame, clip.shot.end_frame) for clip in manifest.clips]
    assert slots[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(slots))


def test_it_names_no_time_of_day_and_no_machine(talk: Path) -> None:
    plain = (talk / "talk.manifest.json").read_text()
    assert str(Path.home()) not in plain
    assert str(talk) not in plain
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:", plain)


def test_the_files_beside_a_video_have_its_name(tmp_path: Path) -> None:
    files = companions(tmp_path / "a.b.mp4")
    assert [path.name for path in (files.manifest, files.srt, files.vtt)] == ["a.b.manifest.json", "a.b.srt", "a.b.vtt"]


def test_prune_tells_then_frees_and_the_next_render_makes_all_of_it_again(talk: Path) -> None:
    home, before = talk / "home", bytes_of(talk)
    told = longtake(home, "prune", "--dry-run").stdout
    assert re.fullmatch(r"would free [\d.,]+ MB in [1-9]\d* files; 0 paid clips are kept\n", told)
    stored = FolderStore(home / "store")
    clips = [clip.clip for clip in manifest_of(talk).clips]
    assert all(map(stored.exists, clips))
    assert longtake(home, "prune").stdout == told.replace("would free", "freed")
    assert not any(map(stored.exists, clips))
    assert finished(talk / "talk.mp4", key_of(talk / "talk.md")), "prune touches nothing outside the store"
    for name in NAMES:
        (talk / name).unlink()
    result = render(home, talk / "talk.md", talk / "talk.mp4")
    assert result["new_clips"] == 3
    assert bytes_of(talk) == before


def test_what_is_lost_behind_the_stores_back_is_made_again(talk: Path) -> None:
    """Records and Prefect's results still name the files: they are not believed."""
    home, before = talk / "home", bytes_of(talk)
    store = FolderStore(home / "store")
    for asset in list(store.assets()):
        if asset.suffix in (".mp4", ".m4a", ".wav"):
            store.delete(asset)
    for name in NAMES:
        (talk / name).unlink()
    render(home, talk / "talk.md", talk / "talk.mp4")
    assert bytes_of(talk) == before
    assert json.loads((talk / "talk.manifest.json").read_text())["check"]["passed"]


def test_manifests_from_before_captions_were_a_choice_still_answer() -> None:
    """The key is one that was written then."""
    story = Storyboard.model_validate({"scenes": [{"lines": [{"text": "Hello."}]}]})
    before = "a655f2b6597f00944d854b195cf2abe29391cf1e58dea8d47e2ad25dd1abe301"
    assert request_key(story, RenderOptions(), "talk") == before
    assert request_key(story, RenderOptions(captions="files"), "talk") != before
