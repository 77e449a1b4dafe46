"""A firing of an inbox: its items made runs of, looked after, and told about."""
