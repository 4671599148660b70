"""criticism: whether model, prior and number of components fit the data."""
