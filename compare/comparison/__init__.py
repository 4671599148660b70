"""comparison: both answers side by side, as numbers."""
