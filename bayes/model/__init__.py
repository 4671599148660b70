"""model: priors and the mixture in PyMC, and its log-density written out."""
