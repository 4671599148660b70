"""fits: whether EM and the sampler can be believed, and how they got there."""
