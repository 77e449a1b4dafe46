"""Everything outside the process, as Prefect blocks."""
