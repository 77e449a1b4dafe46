"""One server for all tests of deployments: it is set up once, and tests do not share runs.

It keeps its runs in Postgres, as a team's does: on SQLite, Prefect's automations wait for each other's locks.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.team import Team, team_server
from tests.postgres import create_database, postgres_server  # noqa: F401  a fixture


@pytest.fixture(scope="session")
def bare_team(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: str,  # noqa: F811  the fixture
) -> Iterator[Team]:
    """A server that nobody has set up."""
    database = create_database(postgres_server, "team").replace("postgresql://", "postgresql+asyncpg://")
    with team_server(tmp_path_factory.mktemp("team"), PREFECT_SERVER_DATABASE_CONNECTION_URL=database) as team:
        yield team


@pytest.fixture(scope="session")
def team(bare_team: Team) -> Team:
    """A server that is set up."""
    bare_team.set_up()
    return bare_team
