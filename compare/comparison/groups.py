"""Groups of rows: a comparison for each value of another column, each with a name for files.

Pages call them parts, because they call the components of a mixture groups.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from compare.comparison.contrasts import contrasts
from compare.comparison.fitted import Fitted, Skipped
from compare.data.cases import TooFew
from compare.data.origins import Passed
from compare.tables.printable import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compare.comparison.contrasts import Contrasts
    from compare.comparison.table import Comparison
    from compare.data.origins import Origin

__all__ = ["GroupedComparison", "labels", "slugs"]

SAMPLES = Passed(many=True)

LONGEST = 40
"""Letters of a slug."""

SHOWN = 40
"""Letters of a label."""

RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{i}" for port in ("com", "lpt") for i in range(10)}
)
"""Names that Windows keeps for devices, whatever the ending."""


@dataclass(frozen=True, eq=False)
class GroupedComparison:
    """Comparisons of several parts of one table. Separate fits: no part knows of another."""

    name: str
    """Names the files of the report."""
    by: str
    """The column whose values tell the parts apart."""
    source: Origin
    """Where the data come from."""
    parts: tuple[Fitted, ...]
    """Those that were fitted, in the order in which they were given; at least one."""
    skipped: tuple[Skipped, ...] = ()
    """Those that could not be."""
    dropped: int = 0
    """How many rows are in no part, because they have gaps."""
    command: str | None = None
    """The command line that makes this report."""

    @classmethod
    def of(
        cls,
        by: str,
        outcomes: Iterable[tuple[str, Comparison | TooFew | str]],
        *,
        name: str = "comparison",
        source: Origin = SAMPLES,
        dropped: int = 0,
        command: str | None = None,
    ) -> GroupedComparison:
        """Put comparisons of the parts of a table together.

        Parameters
        ----------
        by : str
            The column that tells the parts apart.
        outcomes : iterable of (str, Comparison, TooFew or str)
            For each value of the column, in order, its comparison, or why there is none.
        name, source, dropped, command
            As the attributes.

        Returns
        -------
        GroupedComparison

        Raises
        ------
        ValueError
            If no part has a comparison, if a value comes twice, or if the comparisons have
            different numbers of components or levels.
        """
        given = tuple(outcomes)
        values = [value for value, _ in given]
        if len(set(values)) < len(values):
            raise ValueError(f"expected one outcome for each value, got {values}; merge the rows")
        parts, skipped = [], []
        for (value, outcome), label, slug in zip(given, labels(values), slugs(values), strict=True):
            if isinstance(outcome, (TooFew, str)):
                skipped.append(Skipped(value, label, outcome))
            else:
                parts.append(Fitted(value, label, slug, outcome))
        if not parts:
            raise ValueError(
                f"expected a part that could be fitted, got none of {len(given)}; "
                "ask for fewer components, or merge parts"
            )
        asked = {(part.comparison.n_components, part.comparison.level) for part in parts}
        if len(asked) > 1:
            raise ValueError(
                "expected comparisons with one number of components and one level, got "
                f"{sorted(asked)}; fit all parts alike"
            )
        return cls(name, by, source, tuple(parts), tuple(skipped), dropped, command)

    @property
    def n_components(self) -> int:
        """The number of components of every part, K."""
        return self.parts[0].comparison.n_components

    @property
    def level(self) -> float:
        """Coverage of all intervals."""
        return self.parts[0].comparison.level

    @property
    def is_survey(self) -> bool:
        """Whether the weights are sampling weights."""
        return self.parts[0].comparison.fit.is_pseudo

    @property
    def believed(self) -> tuple[Fitted, ...]:
        """The parts in which EM converged and every diagnostic of the sampler passed."""
        return tuple(part for part in self.parts if part.comparison.ok)

    @property
    def failing(self) -> tuple[Fitted, ...]:
        """The fitted parts in which one of the two is not to be believed."""
        return tuple(part for part in self.parts if not part.comparison.ok)

    @cached_property
    def contrasts(self) -> Contrasts:
        """Where the posteriors of two parts clearly differ."""
        # Pseudo-posteriors are too narrow to be held against each other.
        return contrasts(() if self.is_survey else self.believed, self.level)

    @property
    def ok(self) -> bool:
        """Whether every part that was fitted can be believed."""
        return not self.failing


def labels(values: Sequence[str]) -> tuple[str, ...]:
    """Make values of a column short printable lines, each unlike the others.

    Parameters
    ----------
    values : sequence of str

    Returns
    -------
    tuple of str
        ``part 3`` for the third where nothing of it can be printed.
    """
    shown = [plain(value, SHOWN) or f"part {place}" for place, value in enumerate(values, 1)]
    return _apart(shown, " ({})")


def slugs(values: Sequence[str]) -> tuple[str, ...]:
    """Make values of a column names for files and addresses, each unlike the others.

    They depend on the values and their order only.

    Parameters
    ----------
    values : sequence of str

    Returns
    -------
    tuple of str
        Of small ASCII letters, digits and single hyphens inside, at most 40 and a number; no name
        that a file system keeps for itself. ``group-3`` for the third where nothing remains.
    """
    return _apart([_slug(value, place) for place, value in enumerate(values, 1)], "-{}")


def _slug(value: str, place: int) -> str:
    # NFKD takes accents off their letters; letters of other scripts go, so that every program that
    # unpacks or serves the files agrees on their names.
    ascii_only = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:LONGEST].strip("-")
    if not slug:
        return f"group-{place}"
    return f"group-{slug}" if slug in RESERVED else slug


def _apart(names: Sequence[str], suffix: str) -> tuple[str, ...]:
    """The names, with a number behind those that an earlier one has taken."""
    taken: dict[str, None] = {}
    for name in names:
        unique, count = name, 2
        while unique in taken:
            unique, count = name + suffix.format(count), count + 1
        taken[unique] = None
    return tuple(taken)
