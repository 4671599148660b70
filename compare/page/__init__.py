"""page: the report, section by section."""
