"""The job templates: Prefect's own, but for the places that are named here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from prefect.utilities.collections import get_from_dict

from tests.command_line import ROOT
from tests.deploy.team import Team

PLACES = {
    "docker": {
        "variables.properties.image.default",
        "variables.properties.image_pull_policy.default",
        "variables.properties.auto_remove.default",
        "variables.properties.networks.default",
        "variables.properties.mem_limit.default",
    },
    "kubernetes": {
        "job_configuration.job_manifest.spec.template.spec.securityContext",
        "job_configuration.job_manifest.spec.template.spec.containers.0.envFrom",
        "variables.properties.image.default",
        "variables.properties.namespace.default",
        "variables.properties.finished_job_ttl.default",
        "variables.properties.pod_watch_timeout_seconds.default",
        "variables.properties.cpu_request.default",
        "variables.properties.memory_request.default",
        "variables.properties.memory_limit.default",
    },
}


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    """Where two structures differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {*ours, *theirs}:
            yield from differences(ours.get(key), theirs.get(key), f"{at}.{key}" if at else key)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{at}.{number}")
    elif ours != theirs:
        yield at


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_a_template_is_prefects_own_but_for_what_we_set(team: Team, kind: str) -> None:
    ours = json.loads((ROOT / f"deployments/pools/{kind}.json").read_text())
    workers = team.ask("GET", "collections/views/aggregate-worker-metadata")
    theirs = workers[f"prefect-{kind}"][kind]["default_base_job_configuration"]
    assert set(differences(ours, theirs)) == PLACES[kind]


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_the_defaults_are_values_that_the_worker_takes(kind: str) -> None:
    template = json.loads((ROOT / f"deployments/pools/{kind}.json").read_text())
    properties = template["variables"]["properties"]
    values = {name: get_from_dict(properties, [name, "default"]) for name in properties}
    chosen = {name: value for name, value in values.items() if value is not None}
    jsonschema.Draft7Validator.check_schema(template["variables"])
    jsonschema.validate(chosen, template["variables"])
    assert chosen["image"] == "longtake"


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_prefects_server_takes_it_as_a_pool(team: Team, kind: str) -> None:
    template = json.loads((ROOT / f"deployments/pools/{kind}.json").read_text())
    body = {"name": f"test-{kind}", "type": kind, "base_job_template": template}
    assert team.ask("POST", "work_pools/", body)["base_job_template"] == template
    team.ask("DELETE", f"work_pools/test-{kind}")
