"""One server for all tests of deployments: it is set up once, and tests do not share runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.team import Team, team_server
from tests.postgres import postgres_server  # noqa: F401  a fixture


@pytest.fixture(scope="session")
def bare_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A server that nobody has set up."""
    with team_server(tmp_path_factory.mktemp("team")) as team:
        yield team


@pytest.fixture(scope="session")
def team(bare_team: Team) -> Team:
    """A server that is set up."""
    bare_team.set_up()
    return bare_team
