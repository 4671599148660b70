"""The two answers side by side: EM's estimates against the posterior, as a report."""

from compare.comparison.table import BayesEstimate, Comparison, EmEstimate, Row, compare
from compare.data.cases import Case

__all__ = ["BayesEstimate", "Case", "Comparison", "EmEstimate", "Row", "compare"]
