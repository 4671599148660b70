"""Whether the search finds the highest maximum, and how that one is known."""
