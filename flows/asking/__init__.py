"""Asking a person: before money is spent, and where nobody but a person can tell what became of it."""
