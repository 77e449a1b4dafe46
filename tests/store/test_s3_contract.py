"""A store in a bucket does what every store does."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import override

from longtake.assets import Asset, Store
from longtake.assets.s3 import S3Store
from tests.store.servers import BUCKET, cached, flipped, key_of
from tests.store_contract import StoreContract


class TestS3Store(StoreContract):
    @pytest.fixture
    def store(self, s3_store: S3Store) -> S3Store:
        return s3_store

    @pytest.fixture(autouse=True)
    def _admin(self, admin: Any) -> None:
        self.admin = admin

    @override
    def damage(self, store: Store, asset: Asset) -> None:
        """As another machine finds it, which has no copy."""
        assert isinstance(store, S3Store)
        key = key_of(store, asset)
        data = self.admin.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        self.admin.put_object(Bucket=BUCKET, Key=key, Body=flipped(data))
        cached(store, asset).unlink(missing_ok=True)
