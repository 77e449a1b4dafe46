"""Tests of what is paid: real processes, a real ledger, emulated providers with books of their own."""
