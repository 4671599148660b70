"""sampler: the chains, where they start, and how both routes to the posterior are compared."""
