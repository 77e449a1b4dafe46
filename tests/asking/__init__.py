"""Runs that ask a person, on a real server: suspended, resumed through its API, and paid by the emulated providers."""
