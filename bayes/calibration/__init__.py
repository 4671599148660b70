"""calibration: is the posterior right? ``python -m bayes.calibration`` finds out by simulation."""
