"""The two answers side by side: EM's estimates against the posterior, as a report."""

from compare.cases import Case
from compare.table import BayesEstimate, Comparison, EmEstimate, Row, compare

__all__ = ["BayesEstimate", "Case", "Comparison", "EmEstimate", "Row", "compare"]
