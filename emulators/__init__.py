"""The three providers on real ports, for tests and for trying a paid run without money."""
