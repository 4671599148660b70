"""command: options, the analysis, and the only writer of files."""
