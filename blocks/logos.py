"""Pictures for the blocks in Prefect's UI: those of Prefect's own blocks, which its UI loads anyway."""

from pydantic import HttpUrl

WEB_LOGO = HttpUrl(
    "https://raw.githubusercontent.com/PrefectHQ/prefect/420d0d6a78bb6df1fc18bcf188fdad43c1d22ea9/assets/block-logos/webhook.png"
)
"""Of its Webhook block."""

BUCKET_LOGO = HttpUrl(
    "https://cdn.sanity.io/images/3ugk85nk/production/d74b16fe84ce626345adf235a47008fea2869a60-225x225.png"
)
"""Of its S3 block."""
