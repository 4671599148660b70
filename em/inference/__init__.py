"""inference: the fit and what follows from it: errors, intervals, bootstraps, numbers of groups."""
