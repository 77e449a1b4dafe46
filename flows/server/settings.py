"""The settings of every Prefect server that Longtake starts or describes, and of whoever runs flows for it."""

from __future__ import annotations

SERVER_SETTINGS = {
    # By default a run's finished tasks are shown half a minute late when there are hundreds.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # Places of concurrency limits are forgotten at a restart when they are kept in memory, and never come back.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # Nothing is told to Prefect's makers.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}
"""Of the server, wherever it runs. deployments/compose.yaml has the same ones."""

WORKER_SETTINGS = {
    # A run that is silent for three of these is taken for dead; the shortest that Prefect takes.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    # Prefect looks for runs every 10 s by default, and each video would wait for that.
    "PREFECT_WORKER_QUERY_SECONDS": "2",
}
"""Of the workers of a team."""


def server_settings(api_url: str) -> dict[str, str]:
    """All settings of a server at that address. Prefect's UI asks where it is told, not where it was loaded from."""
    return SERVER_SETTINGS | {"PREFECT_SERVER_UI_API_URL": api_url}
