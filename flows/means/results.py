"""Where Prefect keeps what tasks and flows answered: in the store, through a block that any server can hold."""

from __future__ import annotations

import os

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

BLOCK_NAME = "longtake"
RESULTS_BLOCK = f"longtake-store-results/{BLOCK_NAME}"
ATTEMPTS = 5
"""The block's type, its schema and the block itself are made one after the other; each may be met."""
SETTING = "PREFECT_DEFAULT_RESULT_STORAGE_BLOCK"


def keep_results_in_store() -> None:
    """Have the runs of this process, and of those it starts, keep their results there.

    To be called before Prefect is imported, or before `use_server`. The server must hold the block before a run begins.
    """
    os.environ[SETTING] = RESULTS_BLOCK


async def save_results_block() -> str:
    """Have the server at PREFECT_API_URL hold the block; answers the name for PREFECT_DEFAULT_RESULT_STORAGE_BLOCK.

    Once it is there, this is one request. The block holds neither a place nor a key. Where two begin at once with a
    new database, the later one meets what the other has just made, and looks again.
    """
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

    from blocks.store_results import StoreResults

    async with get_client() as client:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(ObjectAlreadyExists), stop=stop_after_attempt(ATTEMPTS), reraise=True
        ):
            with attempt:
                try:
                    await client.read_block_document_by_name(BLOCK_NAME, StoreResults.get_block_type_slug())
                except ObjectNotFound:
                    await StoreResults().asave(BLOCK_NAME, overwrite=True)
    return RESULTS_BLOCK
