"""What the form needs of Prefect's server: without the type of block that a field chooses from, no form is drawn."""

from __future__ import annotations

from typing import Any

from blocks.presenter import Presenter


async def register_presenters() -> dict[str, Any]:
    """Have the server at PREFECT_API_URL know presenters. A step of prefect.yaml, too: it answers nothing."""
    await Presenter.aregister_type_and_schema()
    return {}
