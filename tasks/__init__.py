"""The steps as Prefect tasks: name, key, retries, log line; the work is a call into the core."""
