"""data: from a file, many files or a seed to a case."""
