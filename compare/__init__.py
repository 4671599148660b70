"""The two answers side by side: EM's estimates against the posterior, as a report."""

from compare.comparison.table import BayesEstimate, EmEstimate, Row
from compare.data.cases import Case
from compare.reported import Comparison, compare

__all__ = ["BayesEstimate", "Case", "Comparison", "EmEstimate", "Row", "compare"]
