"""Where the inputs of a job are put when a provider takes addresses alone: a bucket, or fal's storage."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.resolving import fal_key_in_environment
from longtake.errors import SettingError
from longtake.providers import Inputs, Pace

DEFAULT_PREFIX = "longtake-inputs/"


class InputsSettings(BaseSettings):
    """The bucket for inputs, as LONGTAKE_INPUTS_... says. Its keys come from boto3's own chain."""

    model_config = SettingsConfigDict(env_prefix="LONGTAKE_INPUTS_", frozen=True, extra="ignore", env_ignore_empty=True)

    bucket: str | None = Field(None, description="Its name; the providers need no access of their own.")
    prefix: str = Field(DEFAULT_PREFIX, description="What all names in it begin with.")
    endpoint_url: str | None = Field(None, description="Of another maker's S3 server.")
    public_endpoint_url: str | None = Field(None, description="Where a provider reaches it, if that is elsewhere.")
    region: str | None = Field(None, description="Of the bucket.")


def inputs_from_environment(pace: Pace) -> Inputs:
    """A bucket where one is named, else fal's storage where there is a key. Raises SettingError without either."""
    settings = InputsSettings()
    if settings.bucket:
        from blocks.s3_publisher import Bucket, S3Publisher

        bucket = Bucket(
            name=settings.bucket,
            prefix=settings.prefix,
            endpoint_url=settings.endpoint_url,
            public_endpoint_url=settings.public_endpoint_url,
            region_name=settings.region,
        )
        return S3Publisher(bucket, pace)
    if fal_key_in_environment():
        from blocks.fal_storage import open_fal_storage

        return open_fal_storage(pace)
    raise SettingError(
        "this provider reads its inputs from public addresses, and there is no place to put them.",
        where="LONGTAKE_INPUTS_BUCKET",
        hint="Name an S3 bucket there (keys as for any AWS tool), or set FAL_KEY to use fal's storage.",
    )
