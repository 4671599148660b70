"""study: the figures of a study of many data sets, one or two a file."""

from compare.figures.study.figures import draw

__all__ = ["draw"]
