"""likelihood: mixtures, their log-likelihood, its slope and curvature, and the steps of EM."""
