"""Opening the store that a machine's settings name, when that is a block."""

from __future__ import annotations

from contextlib import nullcontext

from longtake.assets import Store
from longtake.errors import SettingError
from longtake.settings import Settings, load_settings

BLOCK = "block:"


def open_named_store(settings: Settings, api_url: str | None = None) -> Store:
    """The store that the settings name, be it a block of the server at `api_url` (None: PREFECT_API_URL)."""
    name = settings.store or ""
    if not name.startswith(BLOCK):
        return settings.open_store()
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: api_url}) if api_url else nullcontext():
        return _opened(name, settings)


def _opened(name: str, settings: Settings) -> Store:
    from prefect.blocks.core import Block

    from blocks.store_blocks import FolderStoreBlock, S3StoreBlock

    kinds: dict[str, type[FolderStoreBlock | S3StoreBlock]] = {
        kind.get_block_type_slug(): kind for kind in (FolderStoreBlock, S3StoreBlock)
    }
    slug, _, document = name.removeprefix(BLOCK).partition("/")
    if slug not in kinds or not document:
        known = " or ".join(f"{BLOCK}{each}/NAME" for each in kinds)
        raise SettingError(f"{name!r} names no block of a store.", where="LONGTAKE_STORE", hint=f"It reads {known}.")
    try:
        block = Block.load(f"{slug}/{document}", _sync=True)  # type: ignore[call-arg]  # Prefect's wrapper takes _sync
    except ValueError as error:
        raise SettingError(
            f"the Prefect server holds no block {slug}/{document}, or one that does not fit.",
            where="LONGTAKE_STORE",
            hint="Make it in the UI, or name the bucket itself: s3://bucket/prefix.",
        ) from error
    assert isinstance(block, FolderStoreBlock | S3StoreBlock)
    return block.open(settings, (_reopened, (name,)))


def _reopened(name: str) -> Store:
    """The store in another process: keys are loaded from the server again, for they are never pickled."""
    return open_named_store(load_settings().model_copy(update={"store": name}))
