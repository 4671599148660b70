"""The page: what was aimed at, what was found, and the tables."""
