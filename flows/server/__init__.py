"""Prefect servers: the one of a single run, the one that `longtake up` keeps, and their settings."""
