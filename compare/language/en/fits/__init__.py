"""fits: how far EM and the sampler can be believed, in English."""
