"""criticism: model, prior, number of groups and rounding, in English."""
