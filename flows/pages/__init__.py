"""What a run shows of itself in Prefect's UI: its plan, its clips as they come in, its result."""
