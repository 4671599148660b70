"""language: names, numbers and blocks of text."""
