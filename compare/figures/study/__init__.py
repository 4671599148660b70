"""study: the figures of a study of many data sets, one or two a file."""
