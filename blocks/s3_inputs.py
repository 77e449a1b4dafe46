"""The block of a bucket into which inputs are put for providers to read."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.inputs import DEFAULT_PREFIX
from blocks.logos import BUCKET_LOGO
from longtake.providers import Inputs, Pace


class S3Inputs(Block):
    """A bucket that AIML API and Pixazo read their inputs from, each by an address that is signed for a few hours.

    It works with Amazon S3 and with every server that speaks its protocol, as long as the providers can reach it.

    Example:
        Put the inputs of an AIML API account into a bucket:
        ```python
        from blocks.aimlapi import AimlapiProvider
        from blocks.s3_inputs import S3Inputs
        from longtake.providers import Pace

        inputs = S3Inputs.load("BLOCK_NAME")
        provider = AimlapiProvider().open(Pace(), inputs.open(Pace()))
        ```
    """

    _block_type_name = "Longtake inputs in S3"
    _block_type_slug = "longtake-s3-inputs"
    _logo_url = BUCKET_LOGO
    _documentation_url = HttpUrl("https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html")

    bucket: str = Field(
        default=..., min_length=1, title="Bucket", description="The bucket; the providers need no access of their own."
    )
    prefix: str = Field(default=DEFAULT_PREFIX, title="Prefix", description="What all names in the bucket begin with.")
    endpoint_url: AnyHttpUrl | None = Field(
        default=None, title="Endpoint URL", description="Of another maker's S3 server; empty for Amazon's."
    )
    public_endpoint_url: AnyHttpUrl | None = Field(
        default=None,
        title="Public endpoint URL",
        description="Where the providers reach the bucket, if that differs from where the files are sent.",
    )
    region_name: str | None = Field(default=None, title="Region", description="The region of the bucket.")
    aws_access_key_id: SecretStr | None = Field(
        default=None, title="Access key id", description="Empty: as boto3 finds it (environment, profile, role)."
    )
    aws_secret_access_key: SecretStr | None = Field(
        default=None, title="Secret access key", description="Belongs to the access key id."
    )
    aws_session_token: SecretStr | None = Field(
        default=None, title="Session token", description="Of temporary keys. It must outlive the jobs."
    )

    def open(self, pace: Pace) -> Inputs:
        """The bucket, ready to take files. Nothing is sent yet."""
        from blocks.s3_publisher import Bucket, S3Publisher

        bucket = Bucket(
            name=self.bucket,
            prefix=self.prefix,
            endpoint_url=str(self.endpoint_url) if self.endpoint_url else None,
            public_endpoint_url=str(self.public_endpoint_url) if self.public_endpoint_url else None,
            region_name=self.region_name,
            aws_access_key_id=self.aws_access_key_id,
            aws_secret_access_key=self.aws_secret_access_key,
            aws_session_token=self.aws_session_token,
        )
        return S3Publisher(bucket, pace)
