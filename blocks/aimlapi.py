"""The block of an AIML API account."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, key_of
from blocks.s3_inputs import S3Inputs
from longtake.providers import Inputs, Pace, Provider


class AimlapiProvider(Block):
    """An account at AIML API, which renders with OmniHuman 1.0 and 1.5 at 1080p, in clips under 30 seconds.

    Its inputs are put into a bucket or into fal's storage, from where it reads them.

    Example:
        Open the account, and close it again:
        ```python
        from blocks.aimlapi import AimlapiProvider
        from longtake.providers import Pace

        account = AimlapiProvider.load("BLOCK_NAME")
        provider = account.open(Pace())
        await provider.aclose()
        ```
    """

    _block_type_name = "Longtake AIML API account"
    _block_type_slug = "longtake-aimlapi"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://docs.aimlapi.com/api-references/video-models/bytedance/omnihuman-1.5")

    api_key: SecretStr | None = Field(default=None, title="API key", description="Empty: AIML_API_KEY is used.")
    api_url: AnyHttpUrl | None = Field(
        default=None, title="API URL", description="Empty: LONGTAKE_AIMLAPI_URL, else https://api.aimlapi.com."
    )
    in_progress_limit: int = Field(
        default=2, ge=1, title="In progress at once", description="Jobs of the account at once, over all runs."
    )
    inputs: S3Inputs | None = Field(
        default=None,
        title="Inputs",
        description="Where its inputs are put. Empty: LONGTAKE_INPUTS_BUCKET, else fal's storage.",
    )

    def open(self, pace: Pace, inputs: Inputs | None = None) -> Provider:
        """The account, ready to be asked; nothing is sent yet. Raises SettingError without a key.

        Inputs that are not given go where the block says, else the environment, which is then asked for its place
        when the first is published.
        """
        from blocks.aimlapi_client import AimlapiClient

        key = key_of(self.api_key, "AIML_API_KEY", "AIML API")
        base = address_of(self.api_url, "LONGTAKE_AIMLAPI_URL", "https://api.aimlapi.com")
        own = self.inputs.open(pace) if self.inputs and inputs is None else None
        return AimlapiClient(key, base, pace, inputs, in_progress_limit=self.in_progress_limit, own_inputs=own)
