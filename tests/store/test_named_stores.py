"""Which store a machine uses: by its settings, be it a folder, a bucket or a block; and what doctor says of it."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks import FolderStoreBlock, S3StoreBlock
from flows.means.stores import open_store
from longtake.assets import FolderStore
from longtake.assets.s3 import S3Store
from longtake.errors import SettingError
from longtake.settings import load_settings
from tests.command_line import ROOT, environment, longtake
from tests.prefect_database import own_prefect
from tests.serving import free_port
from tests.store.servers import BUCKET
from tests.test_doctor import table

KEY = "tell-nobody-of-this-key"


def test_the_setting_names_a_folder_or_a_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = open_store(load_settings())
    assert isinstance(store, FolderStore) and store.root == load_settings().home_path / "store"
    monkeypatch.setenv("LONGTAKE_STORE", str(tmp_path / "shared"))
    store = open_store(load_settings())
    assert isinstance(store, FolderStore) and store.root == tmp_path / "shared"
    monkeypatch.setenv("LONGTAKE_STORE", "s3://bucket/team")
    monkeypatch.setenv("LONGTAKE_STORE_ENDPOINT_URL", "http://127.0.0.1:9000/")
    monkeypatch.setenv("LONGTAKE_STORE_PUBLIC_ENDPOINT_URL", "https://files.example.com")
    monkeypatch.setenv("LONGTAKE_STORE_REGION", "eu-central-1")
    monkeypatch.setenv("LONGTAKE_CACHE_GB", "0.5")
    store = open_store(load_settings())
    assert isinstance(store, S3Store)
    assert store.place.model_dump() == {
        "bucket": "bucket",
        "prefix": "team/",
        "endpoint_url": "http://127.0.0.1:9000",
        "public_endpoint_url": "https://files.example.com",
        "region": "eu-central-1",
    }
    assert load_settings().cache_bytes == 500_000_000


def test_what_names_no_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    for name, said in (
        ("gs://bucket", "names no store"),
        ("block:longtake-s3-store/team", "is kept on a Prefect server, and none is known.*PREFECT_API_URL"),
    ):
        monkeypatch.setenv("LONGTAKE_STORE", name)
        with pytest.raises(SettingError, match=said):
            open_store(load_settings())


def test_no_store_but_a_bucket_takes_boto3_and_none_but_a_block_takes_prefect() -> None:
    program = (
        "import os, sys, tempfile\n"
        "from flows.means.stores import open_store\nfrom longtake.settings import load_settings\n"
        "os.environ['LONGTAKE_HOME'] = tempfile.mkdtemp()\n"
        "open_store(load_settings()); print(sorted({'boto3', 'prefect'} & set(sys.modules)))\n"
        "os.environ['LONGTAKE_STORE'] = 's3://bucket/x'\n"
        "open_store(load_settings()); print(sorted({'boto3', 'prefect'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines() == ["[]", "['boto3']"]


def main() -> None:
    """In a process of its own, with Prefect's own temporary server: save blocks, open them by name, tell of them."""
    from blocks.store_opening import open_named_store

    url, folder = sys.argv[1:]
    told: dict[str, Any] = {}

    async def act() -> None:
        keys = {"aws_access_key_id": SecretStr("a"), "aws_secret_access_key": SecretStr(KEY)}
        await S3StoreBlock(bucket=BUCKET, prefix="block", endpoint_url=url, **keys).asave("team")
        await FolderStoreBlock(path=Path(folder)).asave("disk")
        settings = load_settings()
        for name in ("longtake-s3-store/team", "longtake-folder-store/disk"):
            store = open_named_store(settings.model_copy(update={"store": f"block:{name}"}))
            asset = store.put(b"kept by a block", suffix=".txt")
            pickled = pickle.dumps(store)
            told[name] = [repr(store), KEY.encode() in pickled, pickle.loads(pickled).verify(asset)]
        for name in ("longtake-s3-store/nobody", "fal/team", "longtake-s3-store/"):
            try:
                open_named_store(settings.model_copy(update={"store": f"block:{name}"}))
            except SettingError as error:
                told[name] = str(error)

    asyncio.run(act())
    print(json.dumps(told))


def test_a_block_is_opened_by_its_name_also_inside_a_run_and_its_keys_are_never_pickled(
    s3_url: str, tmp_path: Path
) -> None:
    env = environment(tmp_path, **own_prefect(tmp_path / "prefect"))
    command = [sys.executable, "-m", "tests.store.test_named_stores", s3_url, str(tmp_path / "disk")]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    host = s3_url.removeprefix("http://")
    assert told["longtake-s3-store/team"] == [f"S3Store('s3://{BUCKET}/block' at {host})", False, True]
    assert told["longtake-folder-store/disk"] == [f"FolderStore({str(tmp_path / 'disk')!r})", False, True]
    assert "holds no block longtake-s3-store/nobody" in told["longtake-s3-store/nobody"]
    for name in ("fal/team", "longtake-s3-store/"):
        assert "block:longtake-folder-store/NAME or block:longtake-s3-store/NAME" in told[name]
    stored = b"".join(path.read_bytes() for path in (tmp_path / "prefect").glob("*.db*"))
    assert stored and KEY.encode() not in stored


def test_a_block_has_both_parts_of_a_key_or_none() -> None:
    with pytest.raises(ValidationError, match="an access key has two parts"):
        S3StoreBlock(bucket="bucket", aws_access_key_id=SecretStr("a"))


def test_doctor_tries_the_bucket_out(s3_url: str, tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": KEY, "LONGTAKE_STORE_ENDPOINT_URL": s3_url}
    done = longtake(tmp_path, "doctor", LONGTAKE_STORE=f"s3://{BUCKET}/doctor", **keys)
    said = table(done.stdout)["store"]
    assert said.startswith(f"S3Store('s3://{BUCKET}/doctor' at ") and "readable and writable; 0 files" in said
    done = longtake(tmp_path, "doctor", code=1, LONGTAKE_STORE="s3://nobodys-bucket", **keys)
    assert table(done.stdout)["store"].startswith("FAULT: s3://nobodys-bucket: there is no bucket nobodys-bucket at ")
    assert KEY not in done.stdout + done.stderr


def test_a_port_that_nobody_listens_on_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port()}/api")
    monkeypatch.setenv("LONGTAKE_STORE", "block:longtake-s3-store/team")
    with pytest.raises(Exception, match="no Prefect server answers"):
        open_store(load_settings())


if __name__ == "__main__":
    main()
