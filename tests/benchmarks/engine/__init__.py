"""What times calls and processes, the data that all get, and numbers in words."""
