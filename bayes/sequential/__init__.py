"""sequential: the posterior by tempered sequential Monte Carlo."""
