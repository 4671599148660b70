"""data: from tables, or a seed, to a case."""
