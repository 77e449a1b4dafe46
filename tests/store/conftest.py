"""The fixtures of these tests."""

from tests.store.servers import admin, keys, open_s3, quick, s3_store, s3_url

__all__ = ["admin", "keys", "open_s3", "quick", "s3_store", "s3_url"]
