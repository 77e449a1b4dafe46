"""The block of a Pixazo account."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, key_of
from blocks.s3_inputs import S3Inputs
from longtake.providers import Inputs, Pace, Provider


class PixazoProvider(Block):
    """An account at Pixazo, whose gateway renders with OmniHuman 1.5 at 480p, 720p and 1080p.

    Its inputs are put into a bucket or into fal's storage, from where it reads them. A submit whose answer is lost
    cannot be looked up at Pixazo: a person decides what became of it.

    Example:
        Open the account, and close it again:
        ```python
        from blocks.pixazo import PixazoProvider
        from longtake.providers import Pace

        account = PixazoProvider.load("BLOCK_NAME")
        provider = account.open(Pace())
        await provider.aclose()
        ```
    """

    _block_type_name = "Longtake Pixazo account"
    _block_type_slug = "longtake-pixazo"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://www.pixazo.ai")

    api_key: SecretStr | None = Field(default=None, title="API key", description="Empty: PIXAZO_API_KEY is used.")
    api_url: AnyHttpUrl | None = Field(
        default=None, title="API URL", description="Empty: LONGTAKE_PIXAZO_URL, else https://gateway.pixazo.ai."
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
        from blocks.pixazo_client import PixazoClient

        key = key_of(self.api_key, "PIXAZO_API_KEY", "Pixazo")
        base = address_of(self.api_url, "LONGTAKE_PIXAZO_URL", "https://gateway.pixazo.ai")
        own = self.inputs.open(pace) if self.inputs and inputs is None else None
        return PixazoClient(key, base, pace, inputs, in_progress_limit=self.in_progress_limit, own_inputs=own)
