"""Benchmarks: how long EM takes and how near the maximum it comes, beside the usual tools."""
