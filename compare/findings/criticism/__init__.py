"""criticism: whether model, prior and number of groups are right, and what rounding does."""
