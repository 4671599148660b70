"""calibration: is the posterior right? ``python -m compare.study.calibration`` finds out."""
