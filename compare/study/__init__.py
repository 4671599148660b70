"""study: who is right how often? EM and Bayes on many data sets whose truth is known.

``python -m compare.study`` runs one and writes its page; from Python it is `run`.
"""

from compare.study.design import Cell, Design
from compare.study.population import HEIGHTS, LOPSIDED, Population, apart
from compare.study.running import Study, run

__all__ = ["HEIGHTS", "LOPSIDED", "Cell", "Design", "Population", "Study", "apart", "run"]
