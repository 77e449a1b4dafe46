"""How the example's portraits are drawn."""
