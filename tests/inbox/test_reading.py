"""What is an item, and what is refused, by the files of a folder, a bucket and a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from longtake.errors import BadInput
from longtake.inbox import Found, bucket, open_inbox
from longtake.providers import Pace
from tests.providers.moto_server import admin_of, moto_s3

SCRIPT = "Hello there.\n"
NAMED = "---\nspeakers:\n  Ada: {{image: {}}}\n---\nAda: Hello.\n"
BUCKET = "inbox"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "secret-testing"}
Lay = Callable[[Mapping[str, str]], dict[str, Found]]


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with moto_s3(BUCKET) as url:
        yield url


@pytest.fixture(params=["folder", "bucket"])
def lay(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lay:
    """Lays files into an empty inbox and reads it."""
    if request.param == "folder":

        def lay_files(files: Mapping[str, str]) -> dict[str, Found]:
            for name, text in files.items():
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(text)
            return read(str(tmp_path))

        return lay_files
    url = request.getfixturevalue("s3_url")
    for name, value in {"AWS_ENDPOINT_URL": url, **KEYS}.items():
        monkeypatch.setenv(name, value)
    admin = admin_of(url)
    request.addfinalizer(admin.close)
    prefix = tmp_path.name

    def lay_objects(files: Mapping[str, str]) -> dict[str, Found]:
        for name, text in files.items():
            admin.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=text.encode())
        return read(f"s3://{BUCKET}/{prefix}")

    return lay_objects


def read(source: str) -> dict[str, Found]:
    with open_inbox(source, Pace()) as inbox:
        return {item.name: item for item in inbox.find()}


def test_what_a_recording_says_lies_beside_it(lay: Lay) -> None:
    found = lay({"talk.m4a": "m", "talk.png": "p", "talk.srt": "s", "notes.vtt": "v"})
    assert list(found) == ["talk"]
    assert PurePosixPath(found["talk"].fields.transcript or "").name == "talk.srt"


def test_a_script_a_recording_and_a_folder_of_each_are_items(lay: Lay) -> None:
    found = lay(
        {
            "talk.md": SCRIPT,
            "talk.png": "p",
            "voice.m4a": "m",
            "voice.jpg": "p",
            "week 7/words.txt": SCRIPT,
            "week 7/face.png": "p",
            "named/a.md": NAMED.format("../shared/ada.png"),
            "shared/ada.png": "p",
            "interview.wav": "w",
            "dialogue.yaml": "speakers: {Ada: {image: shared/ada.png}}\nscenes: [{lines: [{speaker: Ada, audio: "
            "interview.wav}]}]",
        }
    )
    assert {name: item.problem for name, item in found.items()} == dict.fromkeys(
        ("dialogue", "named", "talk", "voice", "week 7")
    ), "a recording that a script names is no item"
    assert found["talk"].fields.image
    assert found["talk"].fields.image.endswith("/talk.png")
    assert found["voice"].fields.audio
    assert [name.rpartition("/")[2] for name in found["week 7"].files] == ["words.txt", "face.png"]
    assert [name.rpartition("/")[2] for name in found["named"].files] == ["a.md", "ada.png"]
    assert [name.rpartition("/")[2] for name in found["dialogue"].files] == [
        "dialogue.yaml",
        "ada.png",
        "interview.wav",
    ]


def test_what_is_hidden_temporary_finished_or_no_item_is_passed_over(lay: Lay) -> None:
    names = (
        ".talk.md",
        "._talk.md",
        ".~lock.talk.md#",
        "~$talk.md",
        "talk.md~",
        "talk.md.part",
        "talk.md.crdownload",
        "README.md",
        "out/old.md",
        "out/old.png",
        ".git/talk.md",
        "pictures/ada.png",
        "lonely.png",
        "notes.docx",
    )
    assert lay(dict.fromkeys(names, SCRIPT)) == {}


def test_fields_stand_beside_in_the_folder_and_for_all(lay: Lay) -> None:
    found = lay(
        {
            "defaults.yaml": "provider: fal\nbudget_usd: 20\nimage: pictures/ada.png\nturbo: yes",
            "pictures/ada.png": "p",
            "pictures/ben.png": "p",
            "talk.md": SCRIPT,
            "talk.item.yaml": "budget_usd: 5\npublish_at: 2026-11-20 09:00\nimage: pictures/ben.png",
            "week/a.md": SCRIPT,
            "week/b.md": SCRIPT,
            "week/item.yaml": "script: b.md\nturbo: no",
            "plain.md": SCRIPT,
        }
    )
    assert {name: item.problem for name, item in found.items()} == dict.fromkeys(("plain", "talk", "week"))
    assert found["talk"].fields.parameters == {"provider": "fal", "budget_usd": 5.0, "turbo": True}
    assert found["talk"].fields.publish_at == "2026-11-20 09:00"
    assert found["talk"].files[1].endswith("/pictures/ben.png")
    assert found["week"].fields.parameters["turbo"] is False
    assert found["week"].fields.script
    assert found["week"].fields.script.endswith("/week/b.md")
    assert found["plain"].files[1].endswith("/pictures/ada.png")


@pytest.mark.parametrize(
    ("files", "name", "told"),
    [
        (["talk.md", "talk.txt", "talk.png"], "talk", "talk.md and talk.txt: there are several scripts"),
        (["talk.md", "talk.wav", "talk.png"], "talk", "talk.md and talk.wav: there are a script and a recording"),
        (["talk.md", "talk.png", "talk.jpg"], "talk", "talk.jpg and talk.png: there are several pictures"),
        (["talk.md"], "talk", "talk.md:1: Narrator has no portrait"),
        (["talk.wav"], "talk", "the recording has no portrait"),
        (["a/one.md", "a/two.md", "a/a.png"], "a", "one.md and two.md: there are several scripts"),
        (["talk.md", "talk.png", "talk/b.md", "talk/b.png"], "talk", "talk/ and talk.md: there are several items"),
        (["Talk.md", "Talk.png", "talk.md", "talk.png"], "talk", "there are several items of one name"),
    ],
)
def test_what_is_ambiguous_or_lacks_something_is_refused_by_name(
    lay: Lay, files: list[str], name: str, told: str
) -> None:
    found = lay(dict.fromkeys(files, SCRIPT))
    assert told in (found[name].problem or "")


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("budgte_usd: 3", "there is no field 'budgte_usd'. Did you mean 'budget_usd'?"),
        ("budget_usd: much", "'much' is no budget_usd"),
        ("publish_at: soon", "'soon' is no date"),
        ("image: gone.png", "gone.png"),
        ("script: elsewhere.md", "elsewhere.md"),
        ("- a list", "it must hold keys with values"),
    ],
)
def test_a_wrong_field_is_told_by_its_file(lay: Lay, field: str, told: str) -> None:
    found = lay({"talk.md": SCRIPT, "talk.png": "p", "talk.item.yaml": field})
    assert told in (found["talk"].problem or "")


def test_a_stamp_changes_with_what_the_item_is_made_from_and_with_nothing_else(lay: Lay) -> None:
    files = {"talk.md": NAMED.format("shared/ada.png"), "shared/ada.png": "p"}
    first = lay(files)["talk"].stamp
    assert lay({"other.md": SCRIPT, "shared/ben.png": "p"})["talk"].stamp == first
    stamps = {first}
    for change in (
        {"shared/ada.png": "pp"},
        {"talk.md": NAMED.format("shared/ben.png")},
        {"defaults.yaml": "turbo: yes"},
    ):
        stamps.add(lay(change)["talk"].stamp)
    assert len(stamps) == 4


def test_a_recording_that_a_broken_script_mentions_is_not_taken_for_an_item(lay: Lay) -> None:
    found = lay({"talk.yaml": "scenes: [{lines: [{audio: interview.wav, text: both}]}]", "interview.wav": "w"})
    assert set(found) == {"talk"}
    assert found["talk"].problem


def test_a_bucket_is_listed_to_its_end(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("ENDPOINT_URL", s3_url),
        ("ACCESS_KEY_ID", "testing"),
        ("SECRET_ACCESS_KEY", "secret-testing"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    admin = admin_of(s3_url)
    monkeypatch.setattr(bucket, "KEYS_A_PAGE", 3)
    for number in range(10):
        admin.put_object(Bucket=BUCKET, Key=f"many/{number:04d}.png", Body=b"p")
    for name in ("aaa.md", "zzz.md", "zzz.png"):
        admin.put_object(Bucket=BUCKET, Key=f"many/{name}", Body=SCRIPT.encode())
    admin.close()
    found = read(f"s3://{BUCKET}/many")
    assert (set(found), found["zzz"].problem) == ({"aaa", "zzz"}, None)
    assert read(f"s3://{BUCKET}/nothing-there") == {}
    with pytest.raises(BadInput, match="there is no such bucket"):
        read("s3://no-such-bucket-anywhere/in")


YAML_LIST = """
defaults: {provider: fal, image: ada.png}
items:
  - {script: talk.md, publish_at: 2026-11-20}
  - {name: second, audio: voice.wav, budget_usd: 3}
  - {script: gone.md}
  - {script: talk.md, colour: red}
  - just words
"""
CSV_LIST = """script,audio,image,name,publish_at,provider,budget_usd
talk.md,,ada.png,,2026-11-20,fal,
,voice.wav,ada.png,second,,fal,3
gone.md,,ada.png,,,,
,,,,,,
talk.md,,ada.png,x,,,,too,many
"""


@pytest.mark.parametrize(("name", "text"), [("list.yaml", YAML_LIST), ("list.csv", CSV_LIST), ("semi.csv", "")])
def test_a_list_names_its_items_and_a_wrong_row_stops_no_other(tmp_path: Path, name: str, text: str) -> None:
    for file in ("talk.md", "voice.wav", "ada.png"):
        (tmp_path / file).write_text(SCRIPT)
    (tmp_path / name).write_text(text or CSV_LIST.replace(",", ";"), encoding="utf-8-sig")
    with open_inbox(str(tmp_path / name), Pace()) as inbox:
        assert inbox.address == str(tmp_path / name)
        assert inbox.output_of("talk", None) == str(tmp_path / "out" / "talk.mp4")
        found = {item.name: item for item in inbox.find()}
    assert found["second"].problem is None
    assert found["second"].fields.parameters == {"provider": "fal", "budget_usd": 3.0}
    assert "gone.md: there is no such file" in (found["gone"].problem or "")
    if name == "list.yaml":
        assert "several rows have this name" in (found["talk"].problem or "")
        assert "list.yaml:8" in (found["row 8"].problem or "")
    else:
        assert found["talk"].fields.publish_at == "2026-11-20"
        assert "more cells" in (found["row 6"].problem or "")


@pytest.mark.parametrize("text", ["items: {a: b}", "things: []", "defaults: {x: 1}\nitems: []", "items: [\n"])
def test_a_list_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(BadInput, match=r"list\.yaml"):
        read(str(tmp_path / "list.yaml"))


@pytest.mark.parametrize("source", ["https://host/inbox", "/no/such/folder", "/no/such/list.yaml"])
def test_an_inbox_that_is_not_there_is_told(source: str) -> None:
    with pytest.raises(BadInput):
        read(source)
