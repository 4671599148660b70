"""parts: what is found over several parts of a table."""
