"""How Longtake runs for a team: an image, a compose file, and what sets Prefect's server up."""
