"""Videos written to a bucket: whole, known again without a download, and never over what is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longtake.assets import FolderStore
from longtake.errors import SettingError
from longtake.manifest import Manifest, companions, finished
from longtake.ours import check_ours
from longtake.publish import check_target, publish
from longtake.remote import S3Uri
from tests.command_line import longtake, small_talk
from tests.providers.moto_server import admin_of, moto_s3
from tests.serving import free_port

TALK = S3Uri(bucket="videos", key="may/talk.mp4")
SIGNATURE = "5ecre7"


class Place:
    """A bucket, a home, and what they hold."""

    def __init__(self, url: str, folder: Path) -> None:
        self.admin = admin_of(url)
        self.folder = folder
        self.environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "admin",
            "AWS_SECRET_ACCESS_KEY": SIGNATURE,
        }

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.folder / "home/store")

    def render(self, *words: str) -> str:
        script = "s3://videos/in/talk.md"
        done = longtake(self.folder / "home", "render", script, "-o", str(TALK), "--json", *words, **self.environment)
        assert SIGNATURE not in done.stdout + done.stderr
        return done.stdout

    def objects(self) -> dict[str, Any]:
        found = self.admin.list_objects_v2(Bucket="videos", Prefix="may/").get("Contents", [])
        return {entry["Key"].removeprefix("may/"): entry["LastModified"] for entry in found}

    def body(self, name: str) -> bytes:
        return bytes(self.admin.get_object(Bucket="videos", Key=f"may/{name}")["Body"].read())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A bucket with a talk in it, and the video that was rendered from there to there."""
    with moto_s3("videos") as url:
        here = Place(url, tmp_path_factory.mktemp("outputs"))
        small_talk(here.folder)
        for path in here.folder.glob("*.*"):
            here.admin.upload_file(str(path), "videos", f"in/{path.name}")
        here.render()
        yield here
        here.admin.close()


@pytest.fixture
def manifest(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manifest]:
    """What was made; the bucket can be reached, and is afterwards as it was."""
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    made = Manifest.model_validate_json(place.body("talk.manifest.json"))
    yield made
    publish(made, TALK, place.store)


def test_a_script_in_a_bucket_becomes_a_video_there(place: Place, manifest: Manifest) -> None:
    assert set(place.objects()) == {"talk.mp4", "talk.srt", "talk.vtt", "talk.manifest.json"}
    kinds = {}
    for name, asset in (("mp4", manifest.asset), ("srt", manifest.srt), ("vtt", manifest.vtt)):
        head = place.admin.head_object(Bucket="videos", Key=f"may/talk.{name}")
        assert head["Metadata"] == {"longtake-sha256": asset.sha256}
        kinds[name] = head["ContentType"]
        with place.store.local(asset) as path:
            assert place.body(f"talk.{name}") == path.read_bytes()
    assert kinds == {"mp4": "video/mp4", "srt": "application/x-subrip", "vtt": "text/vtt"}
    head = place.admin.head_object(Bucket="videos", Key="may/talk.manifest.json")
    assert head["ContentType"] == "application/json"
    assert "s3://" not in manifest.model_dump_json()


def test_the_same_command_again_is_answered_from_the_bucket(place: Place) -> None:
    before = place.objects()
    told = place.render()
    assert '"from_manifest": true' in told and f'"output": "{TALK}"' in told
    assert place.objects() == before


def test_a_finished_video_is_known_and_another_request_is_another(place: Place, manifest: Manifest) -> None:
    found = finished(TALK, manifest.request_key)
    assert found and (found.asset, found.output) == (manifest.asset, "s3://videos/may/talk.mp4")
    assert finished(TALK, "another") is None
    assert finished(S3Uri(bucket="videos", key="may/other.mp4"), manifest.request_key) is None


@pytest.mark.parametrize("name", ["talk.mp4", "talk.srt", "talk.vtt", "talk.manifest.json"])
def test_an_object_that_is_gone_or_another_one_is_seen(place: Place, manifest: Manifest, name: str) -> None:
    data, key = place.body(name), f"may/{name}"
    place.admin.delete_object(Bucket="videos", Key=key)
    assert finished(TALK, manifest.request_key) is None
    place.admin.put_object(Bucket="videos", Key=key, Body=data[:-2] + b"xx")
    assert finished(TALK, manifest.request_key) is None


def test_a_large_video_goes_in_parts_and_has_its_hash_too(
    place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = place.store.put(bytes(range(256)) * 80_000, suffix=".mp4")
    publish(manifest.model_copy(update={"asset": asset}), TALK, place.store)
    head = place.admin.head_object(Bucket="videos", Key=TALK.key)
    assert (head["ContentLength"], head["Metadata"]) == (20_480_000, {"longtake-sha256": asset.sha256})
    assert head["ETag"].endswith('-2"')
    assert finished(TALK, manifest.request_key) is not None


def test_what_longtake_did_not_write_is_not_written_over(place: Place, manifest: Manifest) -> None:
    store = place.store
    check_ours(TALK, store)
    other = S3Uri(bucket="videos", key="may/holiday.mp4")
    check_ours(other, store)
    place.admin.put_object(Bucket="videos", Key=other.key, Body=b"my holiday")
    with pytest.raises(SettingError, match="Longtake did not write it") as told:
        check_ours(other, store)
    assert told.value.where == str(other)
    place.admin.delete_object(Bucket="videos", Key=other.key)
    place.admin.delete_object(Bucket="videos", Key=companions(TALK).manifest.key)  # type: ignore[union-attr]
    check_ours(TALK, store)


def test_a_video_is_not_written_over_the_recording_that_it_is_made_from(place: Place, manifest: Manifest) -> None:
    words = ("render", "--audio", str(TALK), "--image", "s3://videos/in/ada.png", "-o", str(TALK))
    told = longtake(place.folder / "home", *words, code=2, **place.environment).stderr
    assert "the video would be written over this file, which it is made from." in told


def test_a_bucket_that_is_not_there_or_out_of_reach_is_told_before_anything_is_made(
    place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match="there is no such bucket") as told:
        check_target(S3Uri(bucket="no-such-bucket", key="talk.mp4"))
    assert told.value.where == "--output"
    with monkeypatch.context() as dead:
        dead.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        dead.setenv("AWS_MAX_ATTEMPTS", "1")
        with pytest.raises(SettingError, match="cannot be reached: EndpointConnectionError"):
            check_target(TALK)
