"""The samplers beside each other: effective draws a second, and one posterior."""
