"""No key, no signature and no signed address is left anywhere: all that runs wrote and said is read, byte by byte."""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from emulators.faults import ProviderName, Rule
from emulators.settings import AccountSettings, EmulatorSettings
from tests.paid.shop import shop
from tests.paid.site import DRIVER_TIMEOUT_SECONDS, site
from tests.providers.moto_server import moto_s3

BUCKET = "inputs-of-tests"
FAL_KEY_ID, FAL_SECRET = "plantedfalkeyid", "plantedfalsecret0123456789"
AIML_KEY, PIXAZO_KEY = "plantedaimlsecret0123456789", "plantedpixazosecret0123456789"
AWS_KEY_ID, AWS_SECRET = "PLANTEDAWSKEYID00000", "plantedawssecret/0123456789+"
AWS_TOKEN, PASSWORD = "plantedsessiontoken/0123456789==", "plantedpassword0123456789"
SIGNATURE = "plantedsignature0123456789"
PLANTED = (FAL_KEY_ID, FAL_SECRET, AIML_KEY, PIXAZO_KEY, AWS_KEY_ID, AWS_SECRET, AWS_TOKEN, PASSWORD, SIGNATURE)
KEYS = {"fal": f"{FAL_KEY_ID}:{FAL_SECRET}", "aimlapi": AIML_KEY, "pixazo": PIXAZO_KEY}
ACCOUNTS = {name: AccountSettings(concurrency=10, key=key) for name, key in KEYS.items()}
SETTINGS = EmulatorSettings(mean_seconds=0.1, tiny=True).model_copy(update=ACCOUNTS)
OF_SIGNED_ADDRESSES = ("X-Amz-Signature=", "X-Amz-Credential=", "X-Amz-Security-Token=", "X-Amz-Signature%3D")


def faults(provider: ProviderName) -> list[Rule]:
    """Of many kinds; where the provider speaks, it repeats the key and the signed address that it was sent."""
    signed = f"https://s3.example/in/a.wav?X-Amz-Expires=60&X-Amz-Signature={SIGNATURE}&X-Amz-Credential={AWS_KEY_ID}"
    quoted = f"cannot read {signed} with key {KEYS[provider]}"
    refused = 400 if provider == "pixazo" else 422
    kinds: list[dict[str, Any]] = [
        {"where": "submit", "fault": "status-code", "status": 401, "kind": quoted, "accepted": False, "nth": [6]},
        {"where": "submit", "fault": "status-code", "status": refused, "kind": quoted, "accepted": False, "nth": [1]},
        {"where": "submit", "fault": "accept-then-drop", "nth": [2]},
        {"where": "submit", "fault": "html", "nth": [3]},
        {"where": "submit", "fault": "status-code", "status": 500, "kind": quoted, "accepted": True, "nth": [4]},
        {"where": "submit", "fault": "status-code", "status": 429, "kind": quoted, "nth": [5]},
        {"where": "status", "fault": "status-code", "status": 503, "kind": quoted, "nth": [1, 4]},
        {"where": "status", "fault": "redirect", "nth": [2]},
        {"where": "status", "fault": "broken-json", "nth": [3]},
        {"where": "upload", "fault": "rst-after", "nth": [2]},
        {"where": "download", "fault": "half-body", "nth": [1]},
        {"where": "job", "fault": "refused", "kind": quoted, "nth": [1]},
        {"where": "job", "fault": "platform-error", "kind": quoted, "nth": [2]},
        {"where": "media", "fault": "black", "nth": [3]},
        {"where": "media", "fault": "html", "nth": [4]},
    ]
    return [Rule.model_validate({"provider": provider, **kind}) for kind in kinds]


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """The environment that names a bucket for the inputs."""
    with moto_s3(BUCKET) as url:
        yield {
            "LONGTAKE_INPUTS_BUCKET": BUCKET,
            "LONGTAKE_INPUTS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": AWS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
            "AWS_SESSION_TOKEN": AWS_TOKEN,
        }


def forms_of(secrets: Iterable[str]) -> dict[bytes, str]:
    """The ways in which each could be written down; in lower case."""
    forms = {}
    for secret in secrets:
        coded = base64.b64encode(secret.encode()).decode()
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], coded):
            forms[form.lower().encode()] = secret
    return forms


def signed_queries(providers: Path) -> set[str]:
    """The queries and signatures of all addresses that the providers were given."""
    found = set()
    for path in (providers / "jobs").rglob("*.json"):
        given = json.loads(path.read_bytes())["given"]
        for name in ("audio_url", "image_url"):
            query = urlsplit(given[name]).query
            found |= {query, *(part.partition("=")[2] for part in query.split("&") if "Signature" in part)} - {""}
    return found


def leaks(said: Iterable[str], folders: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """What tells a secret: words that were said, and files."""
    forms = forms_of(secrets)
    texts = [(f"said: {text}", text.encode()) for text in said]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    texts += [(str(path), path.read_bytes()) for path in files]
    return [f"{secret} in {name}" for name, data in texts for form, secret in forms.items() if form in data.lower()]


@pytest.mark.parametrize("provider", ["fal", "pixazo"])
def test_runs_with_faults_of_many_kinds_leave_no_secret(
    provider: ProviderName, bucket: dict[str, str], tmp_path: Path
) -> None:
    more = (bucket if provider != "fal" else {}) | {"LONGTAKE_IN_PROGRESS": json.dumps({provider: 10})}
    said = []
    with site(tmp_path, provider, clips=10, settings=SETTINGS) as here:
        here.emulator.set_faults(faults(provider))
        for words in ((), ("--kill-at", "downloading"), ("--max-repeat-usd", "1")):
            process = here.start(*words, **more)
            said += process.communicate(timeout=DRIVER_TIMEOUT_SECONDS)
            if "--kill-at" in words:
                assert process.returncode == -signal.SIGKILL
                assert (here.home / "ledger.sqlite-wal").stat().st_size > 0
                assert not leaks((), [here.home], PLANTED)
        jobs = here.jobs()
        seen = {one.fault for one in here.emulator.requests()} - {""}
        queries = signed_queries(here.folder / "providers")
    assert bool(queries) == (provider != "fal")
    assert len(seen) >= 6, seen
    assert {job.state.value for job in jobs} >= {"completed", "failed", "rejected"}
    assert any("s3.example/in/a.wav?" in job.reason for job in jobs), "the provider's words are kept, without the query"
    assert "clip 001" in "".join(said)
    assert not leaks(said, [here.home], {*PLANTED, *queries, *OF_SIGNED_ADDRESSES})


def test_renders_and_commands_leave_no_secret(bucket: dict[str, str], tmp_path: Path) -> None:
    more = bucket | {"HOME": str(tmp_path / "home"), "LONGTAKE_IN_PROGRESS": '{"aimlapi": 3}'}
    more |= {"PREFECT_LOGGING_LEVEL": "DEBUG"}
    with shop(tmp_path, SETTINGS) as here:
        here.write("talk")
        words = here.words("talk", "--provider", "aimlapi", "--price-per-second", "0.2", "--budget", "20", "--yes")
        with here.faults(*faults("aimlapi")):
            done = [here.type(*words, code=1, **more), here.type(*words, "--draft", "--json", **more)]
        done += [here.type(*command, **more) for command in (("jobs", "--json"), ("doctor",))]
        queries = signed_queries(here.folder / "providers")
        assert here.jobs("talk")
    assert queries
    shown = "".join(one.stdout + one.stderr for one in done)
    assert "s3.example/in/a.wav" in shown, "the provider's words are told"
    assert b"s3.example/in/a.wav" in b"".join(path.read_bytes() for path in here.home.glob("prefect.db*"))
    assert here.output("talk").with_suffix(".manifest.json").exists()
    places = [path for path in tmp_path.iterdir() if path.name != "providers"]
    assert not leaks([shown], places, {*PLANTED, *queries, *OF_SIGNED_ADDRESSES})


def test_a_ledger_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    with site(tmp_path, "fal", clips=1, settings=SETTINGS) as here:
        url = f"postgresql://me:{PASSWORD}@127.0.0.1:1/money"
        process = here.start(LONGTAKE_LEDGER_URL=url)
        said = process.communicate(timeout=DRIVER_TIMEOUT_SECONDS)
        assert process.returncode
        assert "127.0.0.1" in said[1]
        assert not here.emulator.requests()
    assert not leaks(said, [here.home], PLANTED)


def test_what_looks_for_secrets_finds_them(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"url": f"https://x/?t={quote(AWS_SECRET, safe='')}"}))
    (tmp_path / "b.db").write_bytes(b"\0\1" + base64.b64encode(PIXAZO_KEY.encode()) + b"\0")
    assert len(leaks([f"Key {FAL_KEY_ID}"], [tmp_path], PLANTED)) == 3
