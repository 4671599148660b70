"""What becomes of time and memory as data grow, in memory and in a file."""
