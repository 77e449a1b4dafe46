"""The form of a custom run in Prefect's UI: how its fields are drawn, what is made of what stands in them."""
