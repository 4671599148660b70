"""shown: what each figure shows, as the numbers that a reader who hears it should have."""
