"""Every block passes Prefect's own suite for blocks, is registered by its module, and shows no secret when stored."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect.blocks.core import Block
from prefect.blocks.webhook import Webhook
from prefect.testing.standard_test_suites import BlockStandardTestSuite
from pydantic import SecretStr

import blocks
from tests.command_line import environment
from tests.prefect_database import own_prefect
from tests.providers.gateways import KEY

ROOT = Path(__file__).parent.parent.parent
ALL: list[type[Block]] = [getattr(blocks, name) for name in blocks.__all__]


def prefects_logos() -> set[str]:
    text = importlib.resources.files("prefect.server").joinpath("collection_blocks_data.json").read_text()
    kinds = [
        kind for collection in json.loads(text)["collections"].values() for kind in collection["block_types"].values()
    ]
    return {str(kind["logo_url"]) for kind in kinds} | {str(Webhook._logo_url)}


class TestEveryBlock(BlockStandardTestSuite):
    @pytest.fixture(params=ALL, ids=lambda kind: kind.__name__)
    def block(self, request: pytest.FixtureRequest) -> type[Block]:
        return request.param

    def test_has_a_valid_image(self, block: type[Block]) -> None:
        """Prefect's test downloads the picture. Ours are those of Prefect's own blocks, which pass it there."""
        assert str(block._logo_url) in prefects_logos()

    def test_every_field_has_a_title_and_every_type_a_name_of_ours(self, block: type[Block]) -> None:
        assert block.get_block_type_slug().startswith("longtake-")
        assert block.get_block_type_name().startswith("Longtake ")
        for name, field in block.model_fields.items():
            assert field.title, name

    def test_its_example_can_be_compiled(self, block: type[Block]) -> None:
        example = str(block.get_code_example())
        lines = [line for line in example.splitlines() if not line.strip().startswith("```")]
        code = "\n".join(lines)
        start = code.index("from ")
        compile(f"async def example():\n{_indented(code[start:])}", block.__name__, "exec")


def _indented(code: str) -> str:
    return "\n".join(f"    {line.strip()}" for line in code.splitlines())


def block_classes_in_the_room() -> set[str]:
    room = Path(str(blocks.__file__)).parent
    paths = [path.relative_to(room.parent).with_suffix("") for path in room.rglob("*.py") if path.stem != "__init__"]
    names = {".".join(path.parts) for path in paths}
    modules = [importlib.import_module(name) for name in names]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {value.__name__ for value in found if issubclass(value, Block) and value is not Block}


def test_no_block_is_left_out() -> None:
    assert set(blocks.__all__) == block_classes_in_the_room()


KEYS: dict[str, dict[str, Any]] = {
    "FalProvider": {"api_key": SecretStr(KEY)},
    "AimlapiProvider": {"api_key": SecretStr(KEY)},
    "PixazoProvider": {"api_key": SecretStr(KEY)},
    "S3Inputs": {"bucket": "b", "aws_access_key_id": SecretStr(KEY), "aws_secret_access_key": SecretStr(KEY)},
    "FolderStoreBlock": {"path": "store"},
    "S3StoreBlock": {"bucket": "store", "aws_access_key_id": SecretStr(KEY), "aws_secret_access_key": SecretStr(KEY)},
    "StoreResults": {},
    "Presenter": {"portrait": "ada.png"},
    "AimlapiVoices": {"api_key": SecretStr(KEY)},
    "ElevenLabsVoices": {"api_key": SecretStr(KEY)},
    "FalVoices": {"api_key": SecretStr(KEY)},
    "OpenAIVoices": {"api_key": SecretStr(KEY)},
    "PollyVoices": {"access_key_id": SecretStr(KEY), "secret_access_key": SecretStr(KEY)},
}


@pytest.mark.parametrize("kind", ALL)
def test_a_block_shows_no_secret_and_tells_prefect_which_fields_are(kind: type[Block]) -> None:
    block = kind(**KEYS[kind.__name__])
    assert KEY not in f"{block} {block!r} {block.model_dump()} {block.model_dump_json()}"
    secret = {
        name for name in kind.model_json_schema()["secret_fields"] if "." not in name
    }  # a block within has its own
    assert secret == {name for name, field in kind.model_fields.items() if "SecretStr" in str(field.annotation)}


def test_one_command_registers_all_of_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "prefect", "block", "register", "-m", "blocks"]
    env = environment(tmp_path, **own_prefect(tmp_path / "prefect"))
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert f"Successfully registered {len(ALL)} blocks" in done.stdout, done.stderr
    assert all(kind.get_block_type_name() in done.stdout for kind in ALL)


def test_the_core_stays_free_of_prefect() -> None:
    program = "import longtake, sys; assert 'prefect' not in sys.modules and 'blocks' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
