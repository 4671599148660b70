"""names: of the dimensions and the observed variable, in the PyMC model and in posteriors alike."""

from __future__ import annotations

__all__ = ["COMPONENT", "OBSERVATION", "OBSERVED"]

COMPONENT = "k"
"""The dimension of the components. ArviZ has meanings of its own for "component" and "group"."""
OBSERVED = "x"
"""The observed variable: every value as often as it was seen, in the order given."""
OBSERVATION = "observation"
"""Its dimension."""
