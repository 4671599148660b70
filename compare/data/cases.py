"""Case: a sample with its name, unit and source and, if it is synthetic, the truth."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, SupportsIndex

import numpy as np

from compare.data.origins import Column, Heights, Weighted
from compare.tables.errors import InputError
from compare.tables.parts import Hints
from compare.tables.read import read as columns_of
from compare.tables.sources import SYNTHETIC, Place, name_of, stem_of
from em import Mixture, Sample
from em.data.requirements import MOST

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from compare.data.origins import Origin
    from compare.data.passes import Again
    from compare.data.progress import Progress
    from em.data.weighting import WeightsAre

__all__ = [
    "Case",
    "TooFew",
    "refuse_constant",
    "refuse_extreme",
    "refuse_lost_digits",
    "refuse_no_counts",
    "sample_of",
]

SEED, N = 666, 1000
"""The sample of the original report: its printed numbers come from these (not from seed 1)."""

HIGHEST_SEED = 2**32 - 1
"""The largest that `numpy.random.RandomState` takes."""


SMALLEST, LARGEST = 1e-70, 1e70
"""Sizes of values whose fourth powers are numbers, with room for sums."""

LOST = 1e-4
"""Steps of floating-point numbers, in standard deviations, that a fit does not see."""

SAY = (
    "say what they are: --weights-are shares --total N, N the number of values, or "
    "--weights-are sampling, for a survey"
)

UPPER, LOWER = (176.0, 8.0), (164.0, 6.0)
"""Mean and sd of the two groups of synthetic heights, in cm."""


@dataclass(frozen=True)
class TooFew:
    """The data cannot tell so many components apart."""

    n_components: int
    of: Literal["distinct values", "counts"]
    """Of which there are too few; counts are summed."""
    needed: int
    got: float

    def __str__(self) -> str:
        """As an error says it."""
        need = f"{self.n_components} components need"
        if self.of == "distinct values":
            return (
                f"{need} at least {self.needed} distinct values, got {self.got:.0f}; ask for fewer "
                "components"
            )
        return f"{need} counts that sum to at least {self.needed}, got {self.got:.6g}; {SAY}"


@dataclass(frozen=True, eq=False)
class Case:
    """What is fitted, and all that a report says about where it comes from."""

    name: str
    """Names the files of the report."""
    sample: Sample
    """The data."""
    unit: str
    """The unit of the values, such as "cm"; empty if unknown."""
    source: Origin
    """Where the data come from."""
    truth: Mixture | None
    """The mixture that the data were drawn from, if known."""
    variable: str
    """What the values measure: "height", or the name of the column."""
    by: str = ""
    """The column that tells groups of rows apart, if there is one; these are one group's."""
    group: str = ""
    """What that column says in these rows."""
    dropped: int = 0
    """How many rows of all groups were left out, because they have no value."""
    again: Again | None = None
    """Reads the data once more, where they were too many to be kept; None where they are here."""

    @property
    def seed(self) -> int | None:
        """What the synthetic heights were drawn with; None for other data."""
        return self.source.seed if isinstance(self.source, Heights) else None

    @property
    def in_memory(self) -> bool:
        """Whether the sample holds the data themselves, and not nodes that stand for them."""
        return self.again is None and self.sample.bins is None

    def pieces(self, progress: Progress | None = None) -> Iterator[Sample]:
        """All data once more, exactly as they are, in pieces of bounded size.

        Parameters
        ----------
        progress : Progress, optional
            Shows how much of the files was read.

        Yields
        ------
        Sample
            The only one where the data are in memory; else about a million values each, read from
            the files in their order.

        Raises
        ------
        InputError
            A `ValueError` of one line, if the files are no longer as they were.
        """
        if self.again is None:
            yield self.sample
        else:
            yield from self.again.pieces(self.group, progress)

    @classmethod
    def synthetic(cls, seed: int = SEED, n: int = N) -> Case:
        """Draw the heights of the original report: 60 % around 176 cm, the rest around 164 cm.

        Parameters
        ----------
        seed : int
            From 0 to 2**32 - 1.
        n : int
            How many heights, at least 2.

        Returns
        -------
        Case
            Named `synthetic-heights` for the default seed and number, and after both for others.

        Raises
        ------
        TypeError
            If the seed or the number is not whole.
        ValueError
            If one of them is out of range.
        """
        values, _ = cls.synthetic_stream(seed, n)
        seed, n = operator.index(seed), values.size
        n_upper = _n_upper(n)
        return cls(
            name=SYNTHETIC if (seed, n) == (SEED, N) else f"{SYNTHETIC}-seed{seed}-n{n}",
            sample=Sample(values),
            unit="cm",
            source=Heights(seed, n_upper, n - n_upper),
            truth=Mixture(np.array([0.4, 0.6]), *np.array([LOWER, UPPER]).T),
            variable="height",
        )

    @staticmethod
    def synthetic_stream(
        seed: int = SEED, n: int = N
    ) -> tuple[NDArray[np.float64], np.random.RandomState]:
        """Draw the synthetic heights and keep the stream they came from.

        The listing of the original report draws its starting values from the stream that has just
        drawn the data, so `em.listing.run` needs both.

        Parameters
        ----------
        seed, n : int
            As for `synthetic`.

        Returns
        -------
        values : ndarray of shape (n,)
            Heights in cm, those of the upper group first.
        stream : numpy.random.RandomState
            Where the draws left it.

        Raises
        ------
        TypeError, ValueError
            As `synthetic` does.
        """
        seed, n = _whole(seed, "seed"), _whole(n, "n")
        if not 0 <= seed <= HIGHEST_SEED:
            raise ValueError(f"expected a seed from 0 to {HIGHEST_SEED}, got {seed}")
        if n < 2:
            raise ValueError(f"expected n of at least 2, one height a group, got {n}")
        # The global generator of numpy.random would give the same draws and disturb the caller's.
        stream = np.random.RandomState(seed)
        n_upper = _n_upper(n)
        upper = stream.normal(*UPPER, n_upper)
        lower = stream.normal(*LOWER, n - n_upper)
        return np.concatenate([upper, lower]), stream

    @classmethod
    def from_csv(
        cls,
        path: str | os.PathLike[str],
        column: str | None = None,
        weights: str | None = None,
        unit: str = "",
        *,
        weights_are: WeightsAre | None = None,
        total: float | None = None,
        missing: Literal["refuse", "drop"] | None = None,
        missing_values: Iterable[str] = (),
        separator: str | None = None,
        decimal: Literal[".", ","] | None = None,
        thousands: str | None = None,
        encoding: str | None = None,
        skip_lines: int | None = None,
        sheet: str | None = None,
    ) -> Case:
        """Read a column of a table: text, Parquet, a workbook or an SQLite database.

        How text is written (separator, decimal mark, encoding, lines above the header) is told from
        the file; where it does not tell, an error says which of the options below decides.

        Parameters
        ----------
        path : path
            Text has a header line, and may be packed by gzip, bzip2 or zip.
        column : str, optional
            The column to fit. May be left out where there is one with numbers that neither number
            the rows nor count them.
        weights : str, optional
            The column that says how often each value counts.
        unit : str
            The unit of the values.
        weights_are : {"counts", "shares", "sampling"}, optional
            What the weights are, see `em.Sample`; counts by default, if they can be.
        total : float, optional
            How many values the shares are shares of.
        missing : {"refuse", "drop"}, optional
            What to do with rows without a value: refuse them, or drop them, which is the default
            where there are `missing_values`.
        missing_values : iterable of str
            What else says that there is no value, such as "-999".
        separator : str, optional
            What stands between fields; " " for blanks of any number.
        decimal : {".", ","}, optional
            What stands before decimals.
        thousands : str, optional
            What stands between thousands.
        encoding : str, optional
            How characters are encoded.
        skip_lines : int, optional
            So many lines stand above the header.
        sheet : str, optional
            The sheet of a workbook, or the table of a database.

        Returns
        -------
        Case
            Named after the file, without its ending.

        Raises
        ------
        InputError
            A `ValueError` of one line, if the file or the column cannot be used: see
            `compare.tables.read.read`; or if all values are equal, or the name of the file is
            that of the synthetic heights.
        """
        file = Path(path)
        name = name_of(stem_of(file.name), file.name)
        codes = tuple(missing_values)
        read = columns_of(
            file,
            column,
            weights,
            missing=missing or ("drop" if codes else "refuse"),
            codes=codes,
            hints=Hints(separator, decimal, thousands, encoding, skip_lines, sheet),
        )
        how = None if read.plan is None else read.plan.how
        where = Column(read.name, Place("file", file.name), how=how or None)
        sample = sample_of(
            read.values, read.weights, where, weights_are=weights_are or "counts", total=total
        )
        if read.plan is not None and not read.plan.floating:
            refuse_lost_digits(sample, where)
        refuse_constant(sample, where)
        if weights is not None:
            where = replace(where, weights=Weighted(weights, weights_are, total))
        refuse_no_counts(sample, where, said=weights_are is not None)
        return cls(
            name=name,
            sample=sample,
            unit=unit or (how.unit if how is not None else ""),
            source=where,
            truth=None,
            dropped=read.dropped,
            variable=read.name,
        )

    def require(self, n_components: int) -> None:
        """Make sure that the data can tell so many components apart.

        Parameters
        ----------
        n_components : int

        Raises
        ------
        InputError
            A `ValueError` of one line, if there are fewer than two distinct values a component, or
            weights that sum to less.
        """
        if (lacking := self.lacking(n_components)) is not None:
            raise InputError(f"{self.source}: {lacking}")

    def lacking(self, n_components: int) -> TooFew | None:
        """What keeps the data from telling so many components apart; None if nothing does."""
        n_distinct = self.sample.collapse().values.size
        needed = 2 * n_components
        if n_distinct < needed:
            return TooFew(n_components, "distinct values", needed, n_distinct)
        if self.sample.n < needed * (1 - 1e-9):
            return TooFew(n_components, "counts", needed, self.sample.n)
        return None


def _whole(number: SupportsIndex, what: str) -> int:
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f"expected a whole number as {what}, got {number!r}") from None


def _n_upper(n: int) -> int:
    return round(0.6 * n)


def sample_of(
    values: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    where: Origin,
    rounding: float = 0.0,
    *,
    weights_are: WeightsAre = "counts",
    total: float | None = None,
) -> Sample:
    """Make a sample of columns, or say what is wrong with them and where they are.

    Parameters
    ----------
    values : ndarray of shape (n,)
    weights : ndarray of shape (n,) or None
    where : Origin
        The column and its file.
    rounding, weights_are, total
        See `em.Sample`.

    Returns
    -------
    Sample

    Raises
    ------
    InputError
        A `ValueError` of one line, if they make no sample.
    """
    try:
        return Sample(values, weights, rounding, weights_are=weights_are, total=total)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def refuse_no_counts(sample: Sample, where: Origin, *, said: bool) -> None:
    """Ask what weights are that count nothing.

    Who counts different values counts each at least once, so counts sum to the number of these or
    more. Weights in a file that sum to less are nearly always shares, percentages or the like.
    (From Python smaller ones come that are meant, such as the responsibilities of a group.)

    Parameters
    ----------
    sample : Sample
    where : Origin
        The column, its file and the weights.
    said : bool
        Whether somebody has said what the weights are, who is believed.

    Raises
    ------
    InputError
        A `ValueError` of one line, if they are no counts, or too large ones.
    """
    distinct = len(sample.collapse())
    if sample.n > MOST:
        raise InputError(
            f"{where}: the weights sum to {sample.n:.3g}, and counts to at most {MOST:.3g}; give "
            f"them in thousands or millions, or {SAY}"
        )
    if not said and sample.n < distinct * (1 - 1e-9):
        all_the_same = (
            " (--weights-are counts takes them for counts all the same)" if sample.n >= 2 else ""
        )
        raise InputError(
            f"{where}: the weights of {distinct:,} different values sum to {sample.n:.6g}, so they "
            f"do not count them; {SAY}{all_the_same}"
        )


def refuse_constant(sample: Sample, where: Origin) -> None:
    """Make sure that the values that count differ, and by numbers that a report can work with.

    Parameters
    ----------
    sample : Sample
    where : Origin
        The column and its file.

    Raises
    ------
    InputError
        A `ValueError` of one line, if they do not.
    """
    distinct = sample.collapse().values
    if distinct.size == 1 or sample.sd == 0.0:
        raise InputError(
            f"{where} is constant: every value that counts is {distinct[0]:g}; "
            "a mixture needs values that differ"
        )
    refuse_extreme(sample, where)


def refuse_lost_digits(sample: Sample, where: object) -> None:
    """Make sure that values from a file are not changed by more than a fit would see.

    Whole numbers beyond 2**53, and decimals of as many digits, are rounded to the nearest
    floating-point number. That changes nothing where these lie much closer than the values.

    Parameters
    ----------
    sample : Sample
    where : Column
        The column and its file.

    Raises
    ------
    InputError
        A `ValueError` of one line, if they do not.
    """
    largest = max(abs(sample.lowest), abs(sample.highest))
    step = float(np.spacing(largest))
    # Values that do not differ at all may be so in the file; whole numbers this large may not.
    if step > LOST * sample.sd and (sample.sd > 0.0 or largest >= 2**53):
        known = f"{sample.sd:.3g}" if sample.sd > 0.0 else "lost"
        raise InputError(
            f"{where}: floating-point numbers near {largest:.6g} are {step:.3g} apart, too far for "
            f"values whose standard deviation is {known}; subtract a constant such as "
            f"{int(sample.lowest)} from all values in the file"
        )


def refuse_extreme(sample: Sample, where: Origin) -> None:
    """Make sure that fourth powers of the values are numbers, as pages and figures take them.

    Fits take any values that are; see `em.Sample`.

    Parameters
    ----------
    sample : Sample
    where : Origin
        The column and its file.

    Raises
    ------
    InputError
        A `ValueError` of one line, if they are not.
    """
    largest = max(abs(sample.lowest), abs(sample.highest))
    for what, size in (("the standard deviation is", sample.sd), ("a value is", largest)):
        if not SMALLEST < size < LARGEST:
            raise InputError(
                f"{where}: {what} {size:.3g}, and a report takes sizes from {SMALLEST:g} to "
                f"{LARGEST:g}; give the values in another unit"
            )
