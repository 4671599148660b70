"""findings: what is to be said of a comparison."""
