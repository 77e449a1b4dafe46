"""What stands in the form: one source, completed by the presenter, told by its field when it is wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from blocks.presenter import Presenter
from flows.form.given import LARGEST_TEXT_BYTES, Given, gather_given
from flows.form.naming import name_of
from flows.form.words import in_fields
from longtake.assets import FolderStore
from longtake.errors import BadInput, ScriptError, SettingError
from longtake.providers.pace import Pace
from longtake.remote import Fetcher
from longtake.settings import Settings, load_settings
from longtake.storyboard import Speaker, Storyboard
from tests.command_line import portrait

ADA = Presenter(portrait="ada.png", voice="en-gb+f3", prompt="She smiles.", mask="ada-mask.png")


def gathered(presenter: Presenter | None = None, settings: Settings | None = None, **fields: str | None) -> Given:
    return asyncio.run(gather_given(presenter, settings or load_settings(), **fields))


def read(store: FolderStore, **fields: Any) -> Storyboard:
    return Given(**fields).read(store, Fetcher(lambda: store, Pace()))


@pytest.fixture
def face(tmp_path: Path) -> str:
    return str(portrait(tmp_path / "face.png"))


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "text"),
        ({"text": "  \n", "script": ""}, "text"),
        ({"text": "Hello.", "script": "talk.md"}, "script"),
        ({"text": "Hello.", "audio": "talk.wav"}, "audio"),
        ({"script": "talk.md", "audio": "talk.wav"}, "audio"),
        ({"text": "Hello.", "image": "https://example.com/a.png?key=secret"}, "image"),
    ],
)
def test_one_source_is_said_and_the_error_names_its_field(fields: dict[str, str], where: str) -> None:
    with pytest.raises(SettingError) as error:
        gathered(**fields)
    assert error.value.where == where
    assert error.value.hint
    assert "secret" not in str(error.value)


def test_a_long_text_is_to_be_uploaded(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = "ä" * (LARGEST_TEXT_BYTES // 2)
    assert gathered(text=fits).text == fits
    monkeypatch.setenv("LONGTAKE_DOOR_URL", "http://127.0.0.1:4280")
    with pytest.raises(SettingError) as error:
        gathered(text=f"{fits}!")
    assert str(error.value) == (
        "text: it has 200 KB, and a form takes 200 KB at most. "
        "Upload it as a file at http://127.0.0.1:4280, and give the address that answers as script."
    )


def test_fields_come_before_the_presenter_and_a_mask_goes_with_its_picture() -> None:
    text = {"text": "Hello."}
    assert gathered(ADA, **text).model_dump(exclude_none=True) == {
        **text,
        "image": "ada.png",
        "voice": "en-gb+f3",
        "prompt": "She smiles.",
        "mask": "ada-mask.png",
    }
    own = gathered(ADA, **text, image="own.png", voice="de")
    assert (own.image, own.voice, own.prompt, own.mask) == ("own.png", "de", "She smiles.", None)
    assert gathered(ADA, **text, mask="own-mask.png").mask == "own-mask.png"
    assert gathered(Presenter(portrait="ada.png"), **text).model_dump(exclude_none=True) == {**text, "image": "ada.png"}


def test_what_the_script_says_comes_first(store: FolderStore, tmp_path: Path, face: str) -> None:
    ben = str(portrait(tmp_path / "ben.png", colour="#8d5f43"))
    mask = str(portrait(tmp_path / "mask.png", colour="#ffffff"))
    script = tmp_path / "talk.md"
    script.write_text(
        f"---\nlanguage: en-GB\nspeakers:\n  Ben: {{image: {ben}, voice: en-us+m3}}\n  Ada: {{}}\n---\n"
        "Ben: Hello.\n\nAda: Good morning.\n"
    )
    words = {"image": face, "voice": "de", "language": "de", "prompt": "Calm.", "mask": mask}
    from_file = read(store, script=str(script), **words)
    from_text = read(store, text=script.read_text(), **words)
    assert from_file == from_text
    assert from_file.language == "en-GB"
    ours, theirs = from_file.speakers["Ada"], from_file.speakers["Ben"]
    assert (theirs.voice, theirs.prompt, theirs.mask) == ("en-us+m3", "Calm.", None)
    assert (ours.voice, ours.prompt) == ("de", "Calm.")
    assert ours.mask
    assert ours.image
    assert ours.image != theirs.image


def test_a_language_holds_where_the_script_names_none(store: FolderStore, face: str) -> None:
    assert read(store, text="Guten Morgen.", image=face, language="de").language == "de"
    assert read(store, text="Good morning.", image=face).language == "en"
    assert read(store, text="Hi.", image=face, voice="en-gb+f3").speakers == {
        "Narrator": Speaker(image=read(store, text="Hi.", image=face).speakers["Narrator"].image, voice="en-gb+f3")
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "Hello.\n\n```\ncode\n```"}, "text:3: a block of code"),
        ({"text": "Hello.\n\n[audio take.wav]"}, "text: there is no file 'take.wav'. A text lies in no folder"),
        ({"text": "> a note"}, "text: the script has nothing to say."),
        ({"text": "Hello.", "image": "asset:nonsense"}, "image: "),
        ({"text": "Hello.", "image": f"asset:{'0' * 64}/12.png"}, "image: this file is not in the store. Upload"),
        ({"script": f"asset:{'0' * 64}/12.md"}, "script: this file is not in the store. Upload"),
        ({"text": "Hello.", "voice": "xx+9"}, "voice: espeak-ng has no voice 'xx'."),
        ({"text": "Hello.", "language": "English!"}, "language: 'English!' is no language tag."),
        ({"text": "Hello.", "image": "/nowhere/a.png"}, "image: no such file: /nowhere/a.png"),
    ],
)
def test_each_error_names_the_field_or_the_line(
    store: FolderStore, face: str, fields: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput) as error:
        read(store, **({"image": face} | fields))
    assert in_fields(str(error.value)).startswith(told)


def test_a_portrait_that_nobody_has_is_told_at_the_line(store: FolderStore) -> None:
    with pytest.raises(ScriptError) as error:
        read(store, text="\nHello.")
    assert in_fields(str(error.value)) == "text:2: Narrator has no portrait. Give image, or image: for the speaker."


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("--budget: a paid provider needs a budget.", "budget_usd: a paid provider needs a budget."),
        ("Give --image, or image: for the speaker.", "Give image, or image: for the speaker."),
        ("give one with --price-per-second", "give one with price_per_second"),
        ("SCRIPT: there is nothing", "script: there is nothing"),
        ("longtake redo talk --clip 7", "longtake redo talk --clip 7"),
        ("a-word--image and SCRIPTS stay", "a-word--image and SCRIPTS stay"),
    ],
)
def test_a_message_speaks_of_the_forms_fields(options: str, fields: str) -> None:
    assert in_fields(options) == fields


def test_a_video_that_nobody_named_has_a_lasting_name(store: FolderStore, face: str) -> None:
    titled = read(store, text="# The Lighthouse, 2nd part\n\nHello.", image=face)
    plain = read(store, text="[pause 0.5] Good morning to all of you. Welcome.", image=face)
    known = read(store, text="---\nid: talk-7\n---\nHello.", image=face)
    recorded = Storyboard.model_validate({"scenes": [{"lines": [{"audio": "a.wav"}]}]})
    assert name_of({"video": " mine "}, known) == "mine"
    assert name_of({"output": "s3://bucket/out.mp4"}, known) == "talk-7"
    assert name_of({"output": "s3://bucket/out.mp4", "script": "/x/talk.md"}, plain) == "out"
    assert name_of({"script": "https://example.com/talk.md"}, plain) == "talk"
    assert name_of({"script": f"asset:{'0' * 64}/12.md", "video": None}, plain) == "good-morning-to-all-of"
    assert name_of({}, titled) == "the-lighthouse-2nd-part"
    assert name_of({"audio": "may.m4a"}, recorded) == "may"
    assert name_of({}, recorded) == "video"
