"""A person's files: found, filled in, named by content, and errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.request import Request
from longtake.assets import FolderStore, parse_address
from longtake.errors import BadInput, ScriptError, SettingError
from longtake.inputs import address_inputs, map_files, pin_inputs, read_inputs, told_by_given_names
from longtake.script import files_of
from longtake.storyboard import NARRATOR, Line, Scene, Speaker, Storyboard
from tests.command_line import portrait
from tests.loudness_media import save, speech

TWO = "---\nspeakers:\n  Ada: {image: ada.png}\n  Ben: {}\n---\nAda: Hello.\n\nBen: Hello, too.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    portrait(tmp_path / "ada.png")
    portrait(tmp_path / "guest.png", colour="#8d5f43")
    (tmp_path / "talk.md").write_text(TWO)
    return tmp_path


def request(script: Path | None = None, **words: object) -> Request:
    kept: dict[str, object] = {
        "image": None, "audio": None, "prompt": None, "mask": None, "output": None, "provider": "preview",
        "model": "omnihuman-1.5", "resolution": "720p", "shape": "own", "fit": "contain", "loudness": "podcast",
        "reencode": False,
    }  # fmt: skip
    return Request.from_words(script=script, **(kept | words))  # type: ignore[arg-type]


def test_the_given_portrait_is_for_those_who_have_none(folder: Path) -> None:
    storyboard = read_inputs(folder / "talk.md", image=str(folder / "guest.png"))
    assert storyboard.speakers["Ada"].image == str(folder / "ada.png")
    assert storyboard.speakers["Ben"].image == str(folder / "guest.png")
    assert storyboard.speaker(NARRATOR).image == str(folder / "guest.png")


def test_who_has_no_portrait_is_told_with_the_line(folder: Path) -> None:
    with pytest.raises(ScriptError) as told:
        read_inputs(folder / "talk.md")
    assert told.value.where == f"{folder / 'talk.md'}:8"
    assert "Ben has no portrait" in str(told.value)


def test_a_scene_with_a_picture_needs_no_portrait(folder: Path) -> None:
    script = folder / "talk.md"
    script.write_text("## The tower {image=ada.png}\n\nNobody is declared here.\n")
    storyboard = read_inputs(script)
    scene = storyboard.scenes[0]
    assert storyboard.look(scene, scene.lines[0]).image == str(folder / "ada.png")


def test_a_recording_alone_is_one_line(folder: Path) -> None:
    save(folder / "talk.wav", speech(2))
    storyboard = read_inputs(None, image=str(folder / "ada.png"), audio=str(folder / "talk.wav"))
    assert [line.audio for scene in storyboard.scenes for line in scene.lines] == [str(folder / "talk.wav")]


@pytest.mark.parametrize(
    ("script", "audio", "image", "where"),
    [
        ("talk.md", "take.wav", None, "--audio"),
        (None, None, None, "SCRIPT"),
        (None, "missing.wav", None, "--audio"),
        ("talk.md", None, "missing.png", "--image"),
        (None, "https://example.com/a.wav", "ada.png", "--audio"),
        (None, "ada.png", None, "--image"),
    ],
)
def test_what_is_wrong_is_told_by_its_option(
    folder: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, audio: str | None, image: str | None, where: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(BadInput) as told:
        read_inputs(Path(script) if script else None, image=image, audio=audio)
    assert told.value.where == where


def test_every_file_is_pinned_and_everything_else_stays(folder: Path, store: FolderStore) -> None:
    (folder / "twin.png").write_bytes((folder / "ada.png").read_bytes())
    storyboard = Storyboard(
        title="All kinds",
        speakers={
            "Ada": Speaker(
                image=str(folder / "ada.png"), mask=str(folder / "guest.png"), voice="en-gb+f3", prompt="Calm."
            ),
            "Ben": Speaker(image=str(folder / "twin.png")),
        },
        scenes=(
            Scene(
                title="One", image=str(folder / "guest.png"), lines=(Line(speaker="Ada", text="Hello.", source_line=3),)
            ),
            Scene(lines=(Line(speaker="Ben", audio=str(save(folder / "b.wav", speech(1)))),)),
        ),
    )
    pinned = pin_inputs(storyboard, store)
    assert address_inputs(storyboard) == pinned
    assert pin_inputs(pinned, store) == pinned
    assert pinned.speakers["Ben"].image == pinned.speakers["Ada"].image
    names = dict(zip(files_of(pinned), ("ada.png", "guest.png", "b.wav"), strict=True))
    for address, name in names.items():
        asset = parse_address(address)
        assert asset is not None
        with store.local(asset) as path:
            assert path.read_bytes() == (folder / name).read_bytes()
    back = map_files(pinned, lambda address, _: str(folder / names[address]))
    assert back.model_copy(update={"speakers": {}}) == storyboard.model_copy(update={"speakers": {}})
    assert back.speakers["Ada"] == storyboard.speakers["Ada"]


def test_naming_by_content_stores_nothing(folder: Path, store: FolderStore) -> None:
    address_inputs(read_inputs(folder / "talk.md", image=str(folder / "guest.png")))
    assert not list(store.assets())


def test_an_address_that_is_not_in_the_store_is_told(folder: Path, store: FolderStore) -> None:
    address = f"asset:{'0' * 64}/5.png"
    storyboard = read_inputs(folder / "talk.md", image=address)
    assert storyboard.speakers["Ben"].image == address
    with pytest.raises(BadInput, match="not in the store"):
        pin_inputs(storyboard, store)


def test_a_file_on_the_network_is_refused_before_anything_is_stored(store: FolderStore) -> None:
    storyboard = Storyboard(
        speakers={"Ada": Speaker(image="https://example.com/ada.png")},
        scenes=(Scene(lines=(Line(speaker="Ada", text="Hello."),)),),
    )
    with pytest.raises(BadInput, match="on the network"):
        pin_inputs(storyboard, store)
    assert not list(store.assets())


def test_errors_about_stored_files_name_the_given_file(folder: Path, store: FolderStore) -> None:
    given = read_inputs(folder / "talk.md", image=str(folder / "guest.png"))
    pinned = pin_inputs(given, store)
    stored = parse_address(pinned.speakers["Ben"].image or "")
    assert stored is not None
    with pytest.raises(BadInput) as told, told_by_given_names(given):
        raise BadInput("it is odd.", where=str(store.path_of(stored)))
    assert told.value.where == str(folder / "guest.png")


def test_a_video_is_never_written_over_what_it_is_made_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "take.mp4").write_bytes(b"a recording of my own")
    (folder / "link.mp4").symlink_to("take.mp4")
    for output in (None, Path("take.mp4"), Path("../", folder.name, "take.mp4"), Path("link.mp4")):
        with pytest.raises(SettingError, match="which it is made from"):
            request(audio="take.mp4", image="ada.png", output=output)
    assert request(audio="take.mp4", image="ada.png", output=Path("video.mp4")).output == folder / "video.mp4"


def test_the_video_is_named_by_its_id_else_by_its_output(folder: Path) -> None:
    image = str(folder / "guest.png")
    assert request(folder / "talk.md", image=image).video == "talk"
    assert request(folder / "talk.md", image=image, output=Path("other.mp4")).video == "other"
    (folder / "talk.md").write_text(TWO.replace("---\n", "---\nid: lasting\n", 1))
    assert request(folder / "talk.md", image=image, output=Path("other.mp4")).video == "lasting"
    with pytest.raises(SettingError, match="no MP4"):
        request(folder / "talk.md", image=image, output=Path("other.mov"))
