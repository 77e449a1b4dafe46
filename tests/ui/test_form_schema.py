"""The form of the deployment, by the schema that Prefect's UI draws it from and its server checks it by."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import ValidationError, validate

from blocks.presenter import Presenter
from flows.means.accounts import BLOCKS
from longtake.loudness.presets import PRESETS
from longtake.models import Resolution
from longtake.models.catalogue import OURS
from longtake.options import PREVIEW, Captions, Fit, Shape, choose_options
from tests.command_line import ROOT

FIELDS = [
    *(
        "text",
        "script",
        "audio",
        "transcript",
        "image",
        "presenter",
        "voice",
        "language",
        "prompt",
        "mask",
        "video",
        "output",
    ),
    *("provider", "budget_usd", "approve_above_usd", "approval", "model", "resolution", "turbo", "shape", "fit"),
    *("loudness", "captions", "draft", "redo", "takes", "price_per_second", "max_repeat_usd", "reencode"),
]
WITH_TABS = {"provider", "approve_above_usd", "model", "takes"}
TYPED_IN = (
    "text script audio transcript image voice language prompt video output provider budget_usd redo takes "
    "price_per_second"
)
LONGEST_HELP = 330


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """As `prefect deploy` and `longtake up` make it."""
    named = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"][0]
    return parameter_schema(load_flow_from_entrypoint(named["entrypoint"])).model_dump_for_openapi()


@pytest.fixture(scope="module")
def fields(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]] = schema["properties"]
    return properties


def accepted(schema: dict[str, Any], **parameters: Any) -> None:
    """Raise what the server answers when a run is made with parameters that it refuses."""
    validate(parameters, schema, raise_on_error=True)


def choices(field: dict[str, Any]) -> list[str]:
    """The words of a list, whether or not another tab takes any other word."""
    words: list[str] = (field["anyOf"][0] if "anyOf" in field else field)["enum"]
    return words


def test_the_fields_stand_in_this_order_and_none_must_be_filled_in(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    assert sorted(fields, key=lambda name: fields[name]["position"]) == FIELDS
    assert "required" not in schema


def test_each_says_what_it_is_in_a_few_words(fields: dict[str, dict[str, Any]]) -> None:
    for name, field in fields.items():
        told = field["description"]
        assert 20 < len(told) <= LONGEST_HELP, f"{name}: {len(told)}"
        assert "\n\n" not in told, name
        assert told[0].isupper() or told.startswith(("720p", "track")), name
    assert [name for name in TYPED_IN.split() if "Example: " not in fields[name]["description"]] == []


def test_plain_boxes_have_no_tabs_and_send_no_null(fields: dict[str, dict[str, Any]]) -> None:
    assert {name for name, field in fields.items() if "anyOf" in field} == WITH_TABS
    assert [name for name, field in fields.items() if field.get("default", 0) is None] == []
    for name in (
        "text",
        "script",
        "audio",
        "transcript",
        "image",
        "voice",
        "language",
        "prompt",
        "mask",
        "video",
        "output",
    ):
        assert fields[name]["type"] == "string", name
        assert "default" not in fields[name], name
    for name in ("budget_usd", "price_per_second"):
        assert (fields[name]["type"], fields[name]["minimum"]) == ("number", 0)
        assert "default" not in fields[name], name
    for name in ("turbo", "draft", "reencode"):
        assert (fields[name]["type"], fields[name]["default"]) == ("boolean", False)


def test_lists_hold_all_that_can_be_had(fields: dict[str, dict[str, Any]]) -> None:
    models = dict.fromkeys(offer["model"] for offer in yaml.safe_load(OURS.read_text()))
    assert choices(fields["provider"]) == [PREVIEW, *BLOCKS]
    assert choices(fields["model"]) == list(models)
    assert choices(fields["resolution"]) == ["auto", *get_args(Resolution)]
    assert choices(fields["shape"]) == list(get_args(Shape))
    assert choices(fields["fit"]) == list(get_args(Fit))
    assert choices(fields["loudness"]) == [preset.name for preset in PRESETS]
    assert choices(fields["captions"]) == list(get_args(Captions))
    assert choices(fields["approval"]) == ["ask", "end"]
    for name in ("provider", "model", "resolution", "shape", "fit", "loudness", "captions", "approval"):
        assert fields[name]["default"] == choices(fields[name])[0], name


def test_the_form_asks_before_it_spends_anything(fields: dict[str, dict[str, Any]]) -> None:
    field = fields["approve_above_usd"]
    assert field["default"] == 0
    assert [(each["title"], each["type"]) for each in field["anyOf"]] == [("Dollars", "number"), ("Never ask", "null")]


def test_a_presenter_is_chosen_from_the_blocks(fields: dict[str, dict[str, Any]]) -> None:
    assert fields["presenter"]["block_type_slug"] == Presenter.get_block_type_slug()
    assert "type" not in fields["presenter"]
    assert "anyOf" not in fields["presenter"]


def test_what_stands_in_an_untouched_form_is_accepted(
    schema: dict[str, Any], fields: dict[str, dict[str, Any]]
) -> None:
    accepted(schema, **{name: field["default"] for name, field in fields.items() if "default" in field})


@pytest.mark.parametrize(
    "parameters",
    [
        {"provider": "fal:team"},
        {"provider": "fal,pixazo"},
        {"model": "of-my-own-list"},
        {"presenter": "ada"},
        {"presenter": {"$ref": {"block_document_id": "00000000-0000-0000-0000-000000000001"}}},
        {"takes": {"7": 1}},
        {"takes": [{"clip": 7, "take": 1}]},
        {"redo": [7, 8]},
        dict.fromkeys(("script", "image", "audio", "prompt", "mask", "output", "budget_usd", "price_per_second")),
        {"video": "video", "approve_above_usd": None, "max_repeat_usd": 0},
    ],
    ids=repr,
)
def test_older_and_rarer_parameters_are_accepted(schema: dict[str, Any], parameters: dict[str, Any]) -> None:
    accepted(schema, **parameters)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget_usd", -1),
        ("budget_usd", "much"),
        ("approve_above_usd", -0.5),
        ("max_repeat_usd", -1),
        ("loudness", "loud"),
        ("resolution", "4k"),
        ("shape", "round"),
        ("redo", [0]),
        ("takes", [{"clip": 7}]),
        ("takes", {"7": 0}),
        ("text", 7),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_run_exists(schema: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        accepted(schema, **{field: value})


def test_loudness_is_taken_as_the_list_writes_it_whoever_typed_it() -> None:
    assert choose_options("preview", model="omnihuman-1.5", loudness=" Podcast").loudness == "podcast"
