"""The provider accounts that are kept in Prefect's blocks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound

from flows.means.accounts import BLOCKS


async def account_blocks(client: PrefectClient, provider: str) -> AsyncIterator[tuple[str, BlockDocument]]:
    """The name and the block, without its secrets, of each account at that provider."""
    module, kind, _ = BLOCKS[provider]
    slug = getattr(import_module(module), kind).get_block_type_slug()
    try:
        documents = await client.read_block_documents_by_type(slug, include_secrets=False)
    except ObjectNotFound:  # no block of that type was ever saved
        return
    for document in documents:
        if document.name:
            yield document.name, document
