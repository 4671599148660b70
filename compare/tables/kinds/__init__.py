"""Kinds: each format of files, read in pieces."""
