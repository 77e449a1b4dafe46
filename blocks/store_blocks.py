"""The blocks of stores: a folder, or a place in a bucket. LONGTAKE_STORE=block:longtake-s3-store/NAME uses one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr, model_validator

from blocks.logos import BUCKET_LOGO
from longtake.assets import FolderStore, Store
from longtake.errors import SettingError
from longtake.settings import Settings

Reopen = tuple[Callable[..., Store], tuple[Any, ...]]


class FolderStoreBlock(Block):
    """A store in a folder: on this machine, or on a disk that all workers share under the same path.

    Example:
        Open a store:
        ```python
        from blocks.store_blocks import FolderStoreBlock
        from longtake.settings import load_settings

        store = FolderStoreBlock.load("BLOCK_NAME").open(load_settings())
        ```
    """

    _block_type_name = "Longtake store in a folder"
    _block_type_slug = "longtake-folder-store"
    _logo_url = BUCKET_LOGO
    _documentation_url = HttpUrl("https://docs.prefect.io/v3/concepts/blocks")

    path: Path = Field(
        default=..., title="Folder", description="Where the files lie. It is made when there is none; ~ is the home."
    )

    def open(self, settings: Settings, reopen: Reopen | None = None) -> Store:  # noqa: ARG002  as the other block's
        """The store. Raises SettingError for a folder that cannot be made."""
        return FolderStore(self.path)


class S3StoreBlock(Block):
    """A store in a bucket of Amazon S3, or of a server that speaks its protocol and knows If-None-Match on PUT.

    Example:
        Open a store:
        ```python
        from blocks.store_blocks import S3StoreBlock
        from longtake.settings import load_settings

        store = S3StoreBlock.load("BLOCK_NAME").open(load_settings())
        ```
    """

    _block_type_name = "Longtake store in S3"
    _block_type_slug = "longtake-s3-store"
    _logo_url = BUCKET_LOGO
    _documentation_url = HttpUrl("https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html")

    bucket: str = Field(default=..., min_length=3, title="Bucket", description="Its name. It must exist.")
    prefix: str = Field(
        default="longtake", title="Prefix", description="What all names in the bucket begin with; may be empty."
    )
    endpoint_url: AnyHttpUrl | None = Field(
        default=None, title="Endpoint URL", description="Of another maker's S3 server; empty for Amazon's."
    )
    public_endpoint_url: AnyHttpUrl | None = Field(
        default=None,
        title="Public endpoint URL",
        description="Where others reach the bucket, if that differs from where the workers do.",
    )
    region_name: str | None = Field(default=None, title="Region", description="The region of the bucket.")
    aws_access_key_id: SecretStr | None = Field(
        default=None, title="Access key id", description="Empty: as boto3 finds it (environment, profile, role)."
    )
    aws_secret_access_key: SecretStr | None = Field(
        default=None, title="Secret access key", description="Belongs to the access key id."
    )
    aws_session_token: SecretStr | None = Field(
        default=None, title="Session token", description="Of temporary keys. It must outlive the runs."
    )

    @model_validator(mode="after")
    def _has_both_keys_or_none(self) -> Self:
        if bool(self.aws_access_key_id) != bool(self.aws_secret_access_key):
            raise ValueError("an access key has two parts: its id and its secret")
        return self

    def open(self, settings: Settings, reopen: Reopen | None = None) -> Store:
        """The store, with this machine's cache. Nothing is sent yet. `reopen` is how another process opens it."""
        from longtake.assets.s3 import S3Store
        from longtake.assets.s3_place import S3Keys, parse_s3

        place = parse_s3(
            f"s3://{self.bucket}/{self.prefix}",
            endpoint_url=str(self.endpoint_url or "") or None,
            public_endpoint_url=str(self.public_endpoint_url or "") or None,
            region=self.region_name,
        )
        keys = None
        if self.aws_access_key_id and self.aws_secret_access_key:
            keys = S3Keys(
                access_key_id=self.aws_access_key_id,
                secret_access_key=self.aws_secret_access_key,
                session_token=self.aws_session_token,
            )
        elif self.aws_session_token:
            raise SettingError("a session token needs its access key.", where=str(self._block_document_name))
        return S3Store(place, settings.cache_path, settings.cache_bytes, settings.url_seconds, keys=keys, reopen=reopen)
