"""One script in several languages: each reads as a script of its own, and what is missing in one is told."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.form.given import Given
from flows.request import Request
from longtake.assets import FolderStore
from longtake.errors import BadInput, ScriptError
from longtake.inbox import open_inbox
from longtake.inputs import languages_of, read_inputs
from longtake.providers.pace import Pace
from longtake.remote import Fetcher
from longtake.script import ScriptKind, parse_script, read_languages, storyboard_schema_text
from longtake.storyboard import Storyboard
from tests.command_line import portrait

MARKDOWN = dedent("""\
    ---
    id: talk
    languages: [en, de]
    title: {en: The lighthouse, de: Der Leuchtturm}
    say: {kubectl: cube control, de: {API: A P I}}
    speakers:
      Ada: {image: ada.png, voice: {en: espeak:en-gb, de: espeak:de}}
      Theo: {image: theo.png, voice: espeak:en-us}
    ---
    ## The tower {image=tower.jpg}
    ## [de] Der Turm

    Ada: Hello.
    It is old.

    [de] Hallo. Er ist alt.

    [pause 1]

    [en] Theo: Yes.
    [DE] Ja.
    Ada: Sicher?

    ## Recorded

    Theo: [audio en.wav]

    Theo: [de] [audio de.wav transcript=de.srt]
    """)
DATA = dedent("""\
    id: talk
    languages: [en, de]
    title: {en: The lighthouse, de: Der Leuchtturm}
    say: {kubectl: cube control, de: {API: A P I}}
    speakers:
      Ada: {image: ada.png, voice: {en: espeak:en-gb, de: espeak:de}}
      Theo: {image: theo.png, voice: espeak:en-us}
    scenes:
    - title: {en: The tower, de: Der Turm}
      image: tower.jpg
      lines:
      - Ada: {en: Hello. It is old., de: "Hallo. Er ist alt. [pause 1]"}
      - speaker: Theo
        text: {en: "Yes.", de: Ja.}
      - Ada: {de: "Sicher?"}
    - title: Recorded
      lines:
      - {speaker: Theo, audio: {en: en.wav, de: de.wav}, transcript: {de: de.srt}}
    """)
SAID = {
    "en": [("Ada", "Hello. It is old."), ("Theo", "Yes."), ("Theo", "en.wav")],
    "de": [("Ada", "Hallo. Er ist alt."), ("Theo", "Ja."), ("Ada", "Sicher?"), ("Theo", "de.wav")],
}


def read(text: str, language: str | None, kind: ScriptKind = "markdown") -> Storyboard:
    return parse_script(text, kind=kind, source_name=f"a.{kind}", language=language)


def said(board: Storyboard) -> list[tuple[str, str]]:
    lines = [line for scene in board.scenes for line in scene.lines]
    return [(line.speaker, (line.text or line.audio or "").replace(" [pause 1]", "")) for line in lines]


def mistake(text: str, language: str | None = "de", kind: ScriptKind = "markdown") -> str:
    with pytest.raises(ScriptError) as caught:
        read(text, language, kind)
    assert caught.value.hint
    return str(caught.value)


def head(*lines: str, languages: str = "[en, de]") -> str:
    return "\n".join(["---", "id: x", f"languages: {languages}", "---", *lines])


@pytest.mark.parametrize("language", ["en", "de"])
def test_markdown_and_yaml_read_as_each_language(language: str) -> None:
    board, data = read(MARKDOWN, language), read(DATA, language, "yaml")
    assert said(board) == said(data) == SAID[language]
    assert (board.language, board.id) == (language, f"talk-{language}")
    assert board.title == {"en": "The lighthouse", "de": "Der Leuchtturm"}[language]
    assert [scene.title for scene in board.scenes] == [{"en": "The tower", "de": "Der Turm"}[language], "Recorded"]
    assert [scene.image for scene in board.scenes] == ["tower.jpg", None]
    assert board.say == {"kubectl": "cube control"} | ({"API": "A P I"} if language == "de" else {})
    assert board.speakers["Ada"].voice == {"en": "espeak:en-gb", "de": "espeak:de"}[language]
    assert board.speakers["Theo"].voice == "espeak:en-us"
    assert board.scenes[1].lines[0].transcript == (None if language == "en" else "de.srt")
    assert data.model_dump(exclude={"scenes"}) == board.model_dump(exclude={"scenes"})
    back = parse_script(board.model_dump_json(), kind="json", source_name="b.json")
    assert back.model_dump(exclude={"scenes"}) == board.model_dump(exclude={"scenes"})


def test_a_pause_of_its_own_is_silence_in_all_languages() -> None:
    assert read(MARKDOWN, "en").scenes[0].lines[0].text == "Hello. It is old. [pause 1]"
    assert read(MARKDOWN, "de").scenes[0].lines[0].text == "Hallo. Er ist alt. [pause 1]"


def test_lines_keep_their_numbers() -> None:
    assert [line.source_line for line in read(MARKDOWN, "de").scenes[0].lines] == [16, 21, 22]
    assert [line.source_line for line in read(DATA, "de", "yaml").scenes[0].lines] == [12, 13, 15]
    assert [line.source_line for line in read(DATA, "en", "yaml").scenes[1].lines] == [18]


def test_titles_of_a_document() -> None:
    text = head("# The tower", "", "# [de] Der Turm", "", "Hello.", "", "[de] Hallo.")
    assert [read(text, "en").title, read(text, "de").title] == ["The tower", "Der Turm"]
    assert len(read(text, "de").scenes) == 1


def test_a_single_language_in_a_list_needs_no_choice() -> None:
    board = read(head("Guten Tag.", languages="[de]"), None)
    assert (board.language, board.id, said(board)) == ("de", "x-de", [("Narrator", "Guten Tag.")])


def test_the_language_is_chosen_whatever_its_case() -> None:
    text = head("Olá.", "", "[EN-gb] Hello.", languages="[pt-BR, en-GB]")
    assert said(read(text, "EN-GB")) == [("Narrator", "Hello.")]
    assert read(text, "en-gb").language == "en-GB"


def test_brackets_mean_nothing_where_no_languages_are_named() -> None:
    board = read("[de] Hallo.", "de")
    assert (said(board), board.language) == ([("Narrator", "[de] Hallo.")], "en")
    assert said(read(head("[sic] Hello.", "", "[de] [wow] Hallo."), "en")) == [("Narrator", "[sic] Hello.")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (head("Hello."), "a.markdown:5: this scene has no text in 'de'."),
        (
            head("## One", "", "Hello.", "", "[de] Hallo.", "", "## Two", "", "Bye."),
            "a.markdown:11: this scene has no text in 'de'. Write its text in de, too, with [de] before it",
        ),
        (head("[de] Hallo.", "", "[fr] Bonjour."), "a.markdown:7: [fr] is none of the script's languages."),
        (head("[de]: Hallo"), "a.markdown:5: [de]: is taken for the address of a link, and not spoken."),
        (head("## A", "## [de] B {image=b.png}", "", "[de] c"), "a.markdown:6: the heading in another language takes"),
        (
            "---\nid: x\nlanguages: [en, de]\nlanguage: en\n---\nHi",
            "a.markdown:4: language and languages are both given.",
        ),
        ("---\nlanguages: [en, de]\n---\nHi", "a.markdown:2: a script in several languages needs an id."),
        ("---\nid: x\nlanguages: en\n---\nHi", "a.markdown:3: languages must be a list."),
        ("---\nid: x\nlanguages: []\n---\nHi", "a.markdown:3: languages must be a list."),
        ("---\nid: x\nlanguages:\n- en\n- English\n---\nHi", "a.markdown:5: languages: 'English' is no language tag."),
        ("---\nid: x\nlanguages:\n- en\n- EN\n---\nHi", "a.markdown:5: languages names 'EN' twice."),
        ("---\nid: x\nlanguages: [en, fr]\n---\nHi", "a.markdown:3: this script is not in 'de'. It is in en, fr."),
        (
            "---\nid: x\nlanguages: [en, de]\ntitle: {en: a,\n  fr: b}\n---\nHi",
            "a.markdown:5: 'fr' is none of the script's languages.",
        ),
        (
            "---\nid: x\nlanguages: [en, de]\nsay:\n  de: {a: }\n---\nHi\n\n[de] Ho",
            "a.markdown:5: say.a says nothing.",
        ),
        ("---\nid: x\ntitle: {en: a}\n---\nHi", "a.markdown:3: title must be a text"),
    ],
)
def test_a_mistake_names_its_line_and_the_language(text: str, told: str) -> None:
    assert mistake(text).startswith(told)


def test_a_scene_in_data_without_a_language_is_told_by_its_line() -> None:
    text = "id: x\nlanguages: [en, de]\nscenes:\n- lines:\n  - {text: {en: a, de: b}}\n- lines:\n  - {text: c}\n"
    assert mistake(text, "de", "yaml").startswith("a.yaml:6: this scene has no text in 'de'.")
    assert len(read(text, "en", "yaml").scenes) == 2


def test_mistakes_behind_lines_that_are_left_out_keep_their_place() -> None:
    text = (
        "id: x\nlanguages: [en, de]\nscenes:\n- lines:\n  - {text: a}\n  - {text: {de: b}}\n  - {speaker: A, txt: c}\n"
    )
    assert mistake(text, "de", "yaml").startswith("a.yaml:7: there is no key 'txt'.")


def test_without_a_choice_the_languages_are_told() -> None:
    told = "a.markdown:3: this script is in several languages (en, de). Choose one with --language."
    assert mistake(MARKDOWN, None) == told


def test_the_schema_takes_them() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(storyboard_schema_text()))
    data = yaml.safe_load(DATA)
    validator.validate(data)
    for wrong in ({"languages": []}, {"languages": ["English"]}, {"title": {"English": "a"}}, {"title": {"en": 5}}):
        assert list(validator.iter_errors(data | wrong)), wrong


PARAGRAPHS = st.tuples(
    st.sampled_from(["", "[en] ", "[de] "]),
    st.sampled_from(["", "Ada: ", "Theo: "]),
    st.booleans(),
    st.sampled_from(["One.", "Two words.", "*Three* more words."]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PARAGRAPHS, min_size=1, max_size=8), st.sampled_from(["en", "de"]))
def test_each_language_has_its_own_paragraphs(paragraphs: list[tuple[str, str, bool, str]], language: str) -> None:
    rows = [f"{tag}{name}{text}" if first else f"{name}{tag}{text}" for tag, name, first, text in paragraphs]
    script = "\n".join(
        ["---", "id: x", "languages: [en, de]", "speakers: {Ada: {}, Theo: {}}", "---", "\n\n".join(rows)]
    )
    speaker, told = "Narrator", []
    for tag, name, _, text in paragraphs:
        speaker = name[:-2] or speaker
        if (tag.strip("[] ") or "en") == language:
            told.append((speaker, text.replace("*", "")))
    try:
        assert said(read(script, language)) == told
    except ScriptError as error:
        assert told == []
        assert f"has no text in {language!r}" in str(error)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    portrait(tmp_path / "ada.png")
    (tmp_path / "talk.md").write_text(
        "---\nid: talk\nlanguages: [en, de]\nimage: ada.png\n---\nHello to you.\n\n[de] Hallo zusammen.\n"
    )
    return tmp_path


WORDS: dict[str, object] = {"provider": "preview", "model": "omnihuman-1.5", "loudness": "podcast"}


def test_there_is_a_request_for_each_language(folder: Path) -> None:
    assert read_languages(folder / "talk.md") == languages_of(folder / "talk.md") == ("en", "de")
    requests = Request.each_from_words(script="talk.md", output=None, **WORDS)
    assert [(each.video, Path(str(each.output)).name) for each in requests] == [
        ("talk-en", "talk.en.mp4"),
        ("talk-de", "talk.de.mp4"),
    ]
    assert len({each.key for each in requests}) == 2
    (only,) = Request.each_from_words(script="talk.md", output="s3://b.c/out.mp4", language="DE", **WORDS)
    assert (only.video, str(only.output)) == ("talk-de", "s3://b.c/out.de.mp4")
    with pytest.raises(ScriptError, match="this script is not in 'fr'"):
        Request.each_from_words(script="talk.md", output=None, language="fr", **WORDS)
    (folder / "one.md").write_text("---\nimage: ada.png\n---\nHello.")
    (one,) = Request.each_from_words(script="one.md", output="one.mp4", language="de", **WORDS)
    assert (one.video, one.storyboard.language) == ("one", "de")


def test_the_form_chooses_by_its_field(folder: Path, store: FolderStore) -> None:
    text = (folder / "talk.md").read_text().replace("ada.png", str(folder / "ada.png"))
    fetcher = Fetcher(lambda: store, Pace())
    assert Given(text=text, language="de").read(store, fetcher).id == "talk-de"
    assert Given(script=str(folder / "talk.md"), language="en").read(store, fetcher).id == "talk-en"
    with pytest.raises(BadInput, match=r"several languages \(en, de\)"):
        Given(text=text).read(store, fetcher)


def test_an_inbox_chooses_by_its_field(folder: Path) -> None:
    with open_inbox(str(folder), Pace()) as inbox:
        (item,) = inbox.find()
    assert item.problem and "several languages (en, de). Choose one with" in item.problem
    (folder / "talk.item.yaml").write_text("language: de\n")
    with open_inbox(str(folder), Pace()) as inbox:
        (item,) = inbox.find()
    assert (item.problem, item.fields.language) == (None, "de")
    (folder / "talk.item.yaml").write_text("language: fr\n")
    with open_inbox(str(folder), Pace()) as inbox:
        assert "is not in 'fr'" in (inbox.find()[0].problem or "")


def test_pinned_storyboards_of_the_languages_differ(folder: Path) -> None:
    boards = [read_inputs(folder / "talk.md", language=each) for each in ("en", "de")]
    assert [board.scenes[0].lines[0].text for board in boards] == ["Hello to you.", "Hallo zusammen."]
