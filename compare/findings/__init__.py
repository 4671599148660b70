"""findings: what was found, as small frozen records without a word."""
