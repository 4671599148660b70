"""tables: from a path to numbers, a piece at a time, and why a file is refused."""
