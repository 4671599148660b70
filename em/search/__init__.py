"""search: where to start, how to climb, which tops there are, and what counts as a group."""
