"""The climb: EM passes first, then Newton steps that may never lower the likelihood.

EM alone creeps here: on overlapping groups it gains a factor of about 0.997 in distance for each
pass. One pass yields both the EM step and the exact curvature, so the climb takes EM steps until
it is under way, then Newton steps in the directions where EM is slow (the hybrid of Redner &
Walker 1984 and Aitkin & Aitkin 1996). In the metric of the complete-data information the
eigenvalues of the observed information are one minus EM's rates of convergence, so directions
that curve the wrong way are seen and followed uphill, steps are bounded, and a Newton step that
would lower the likelihood is refused in favour of the EM step from the same place.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import FLOOR, Coordinates
from em.likelihood.curvature import FLAT, Curvature, curvature
from em.likelihood.information import Pass, Room, expect, sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import HIDDEN
from em.search.groups import smallest_sd

__all__ = ["Ascent", "Status", "ascend"]

Floats = NDArray[np.float64]

SMALLEST_SD = 1e-9
"""In units of the sample's sd: below it a component has collapsed onto one value."""
LOST = 0.1
"""In the smallest sd that the data can show: below it a climb does not find its way back."""
SMALLEST_COUNT = 1e-7
"""In observations: below it a component holds nothing of the data."""
LEVEL = 1e-6
"""Relative curvature below which the likelihood of rounded values says nothing of a small sd."""
PATIENCE = 60
"""Passes that a climb has to find its way out of there."""
STRAY = 4
"""EM steps after a step away from a place where the slope is nil: the way up bends there."""


class Status(enum.Enum):
    """How a fit ended. Only `CONVERGED` is an answer to rely on."""

    CONVERGED = "converged: the score is zero and the likelihood curves down in every direction"
    MAX_ITER = (
        "not converged: stopped at max_iter before the score reached zero; raise max_iter or "
        "tol, or start elsewhere"
    )
    COLLAPSED = (
        "collapsed: a component is a point, with half or more of what it holds on one recorded "
        "value or narrower than the data were recorded, where the likelihood means nothing; "
        "leave that value out, or use fewer components or equal_sds=True"
    )
    CHANCE = (
        "set aside: a component rests on a clump of a few values such as chance leaves in any "
        "sample; use fewer components or equal_sds=True"
    )
    EMPTY = (
        "empty: the weight of a component went to zero, so fewer components say the same; "
        "use fewer components"
    )
    FLAT = (
        "not identified: the likelihood is flat in some direction here, so the data do not "
        "tell the components apart; use fewer components, or try without start="
    )

    @property
    def message(self) -> str:
        """What the status means and what to try, in one line."""
        return self.value


@dataclass(frozen=True)
class Ascent:
    """Where a batch of climbs ended; B is the size of the batch."""

    at: Parameters
    """Weights, means and sds, each of shape (B, K); not sorted."""
    loglik: Floats
    """Log-likelihoods, of shape (B,)."""
    status: tuple[Status, ...]
    """How each climb ended."""
    n_iter: NDArray[np.intp]
    """Passes over the data that each climb made."""
    gradient_norm: Floats
    """The score at the end in standard errors, of shape (B,)."""
    history: tuple[tuple[float, ...], ...]
    """The log-likelihood of every accepted mixture on the way, for each climb, if asked for."""


def ascend(
    data: Observed,
    start: Parameters,
    coordinates: Coordinates,
    *,
    em_passes: int = 5,
    max_iter: int = 500,
    tol: float = 1e-8,
    radius: float = 1.0,
    penalty: float = 0.0,
    behind: float = np.inf,
    with_history: bool = False,
) -> Ascent:
    """Climb the log-likelihood from a batch of starting mixtures.

    Parameters
    ----------
    data : Observed
        Values, standardised so that their sd is about one, and their weights; the same for the
        whole batch or a row for each mixture.
    start : Parameters
        Weights, means and sds, each of shape (B, K).
    coordinates : Coordinates
        Which parameters are free.
    em_passes : int
        How many passes take the EM step before Newton steps are tried.
    max_iter : int
        Passes over the data at the most.
    tol : float
        A climb has converged when its score is below `tol` standard errors.
    radius : float
        The longest Newton step, in logits, sds of the component and log sds.
    penalty : float
        As for `em.likelihood.information.sweep`; log-likelihoods then include it.
    behind : float
        Climbs that are so much lower than one that has converged are given up.
    with_history : bool
        Whether to keep the log-likelihoods on the way.

    Returns
    -------
    Ascent
    """
    climbs = _Climbs(data, start, coordinates, tol, radius, penalty, with_history)
    gentle = min(em_passes, max_iter - 1) if coordinates.size else 0
    for _ in range(gentle):
        climbs.em_pass()
    for _ in range(gentle, max_iter):
        climbs.newton_pass()
        climbs.give_up(behind)
        if climbs.active.size == 0:
            break
    return climbs.ended()


CODES = tuple(Status)
UNDER_WAY = CODES.index(Status.MAX_ITER)


class _Climbs:
    """A batch of climbs under way; every array has a row for each."""

    def __init__(
        self,
        data: Observed,
        start: Parameters,
        coordinates: Coordinates,
        tol: float,
        radius: float,
        penalty: float,
        with_history: bool,
    ) -> None:
        self.data, self.coordinates = data, coordinates
        self.tol, self.radius, self.penalty = tol, radius, penalty
        self.smallest = max(SMALLEST_SD, LOST * smallest_sd(data.resolution))
        self.room = Room()
        at = _copied(start)
        self.at = at._replace(sds=np.maximum(at.sds, FLOOR))
        """What the next pass looks at."""
        self.kept = _copied(self.at)
        """The last mixture that was accepted."""
        self.sums = _copied(self.at)
        """What the EM step from there is made of."""
        batch = at.means.shape[0]
        self.total = np.broadcast_to(data.weights.sum(axis=-1), (batch,))
        self.loglik = np.full(batch, -np.inf)
        self.norm = np.full(batch, np.inf)
        self.reach = np.full(batch, radius)
        self.bold = np.zeros(batch, dtype=bool)
        """Whether `at` came from a Newton step, which may be refused."""
        self.probes = np.zeros(batch, dtype=np.intp)
        """Steps taken where slope and curvature are nil, to see whether that is a top."""
        self.astray = np.zeros(batch, dtype=np.intp)
        """EM steps still to take after such a step, before its outcome is judged."""
        self.n_iter = np.zeros(batch, dtype=np.intp)
        self.status = np.full(batch, UNDER_WAY, dtype=np.int8)
        self.history: list[list[float]] | None = (
            [[] for _ in range(batch)] if with_history else None
        )
        self.active = np.arange(batch)

    def ended(self) -> Ascent:
        """The climbs as they are now."""
        history = tuple(map(tuple, self.history or ()))
        status = tuple(CODES[code] for code in self.status.tolist())
        return Ascent(self.kept, self.loglik, status, self.n_iter, self.norm, history)

    def em_pass(self) -> None:
        """Take the EM step with all climbs."""
        found = expect(self.data, self.at, self.penalty, self.room)
        self._remember(self.active, found.loglik)
        self.n_iter += 1
        moved = self.coordinates.m_step(
            self.at, found.counts, found.first, found.second, self.penalty
        )
        # A component without data has nowhere to go; the next pass gives it its name.
        lost = found.counts.min(axis=1) < SMALLEST_COUNT
        if lost.any():
            _put(moved, lost, self.at.rows(lost))
        self.at = moved

    def newton_pass(self) -> None:
        """Look at the active climbs, and end them or choose where to look next."""
        rows = self.active
        here = self.at if rows.size == self.status.size else self.at.rows(rows)
        found = sweep(self._data(), here, self.coordinates, self.penalty, room=self.room)
        self.n_iter[rows] += 1
        # Rounding moves a sum of n terms by about eps times its size; less is not a fall.
        slack = 4 * np.finfo(float).eps * (np.abs(found.loglik) + self.total[rows])
        rose = ~self.bold[rows] | (found.loglik >= self.loglik[rows] - slack)
        straying = self.astray[rows] > 0
        if straying.any():
            self._stray(rows[straying], here.rows(straying), _kept(found, straying))
            rose |= straying
        if not rose.all():
            self._retreat(rows[~rose])
        rose &= ~straying
        if not rose.all():
            rows = rows[rose]
            if rows.size == 0:
                return
            here, found = here.rows(rose), _kept(found, rose)
        self._accept(rows, here, found)
        going = self._name_degenerate(rows, here, found)
        if not going.all():
            rows, here, found = rows[going], here.rows(going), _kept(found, going)
        if rows.size:
            bent = curvature(found)
            up = self._judge(rows, bent)
            self._propose(rows, here, found, bent, up)
        self.active = self.active[self.status[self.active] == UNDER_WAY]

    def give_up(self, behind: float) -> None:
        """Go on only with climbs that are not so far below one that has converged."""
        if behind < np.inf and self.active.size < self.status.size:
            ended = self.loglik[self.status == CODES.index(Status.CONVERGED)]
            lowest = ended.max(initial=-np.inf) - behind
            self.active = self.active[self.loglik[self.active] > lowest]

    def _data(self) -> Observed:
        """The values and weights of the active climbs."""
        every = self.active.size == self.status.size
        return self.data if every else self.data.rows(self.active)

    def _remember(self, rows: NDArray[np.intp], loglik: Floats) -> None:
        if self.history is not None:
            for row, value in zip(rows.tolist(), loglik.tolist(), strict=True):
                self.history[row].append(value)

    def _stray(self, rows: NDArray[np.intp], here: Parameters, found: Pass) -> None:
        """Take an EM step away from a place where the slope was nil."""
        moved = self.coordinates.m_step(here, found.counts, found.first, found.second, self.penalty)
        _put(self.at, rows, moved)
        self.astray[rows] -= 1

    def _retreat(self, rows: NDArray[np.intp]) -> None:
        """Refuse Newton steps that would lower the likelihood; take the EM step instead."""
        plain = self.coordinates.m_step(self.kept.rows(rows), *self.sums.rows(rows), self.penalty)
        _put(self.at, rows, plain)
        self.reach[rows] *= 0.25
        self.bold[rows] = False

    def _accept(self, rows: NDArray[np.intp], here: Parameters, found: Pass) -> None:
        reach = self.reach[rows]
        self.reach[rows] = np.where(self.bold[rows], np.minimum(2 * reach, self.radius), reach)
        _put(self.kept, rows, here)
        _put(self.sums, rows, Parameters(found.counts, found.first, found.second))
        self.loglik[rows] = found.loglik
        self._remember(rows, found.loglik)

    def _name_degenerate(
        self, rows: NDArray[np.intp], here: Parameters, found: Pass
    ) -> NDArray[np.bool_]:
        """End the climbs that ran into a component that is no longer one."""
        free = self.coordinates.free_sds
        shrunk = (here.sds[:, free] < self.smallest).any(axis=1)
        empty = found.counts.min(axis=1) < SMALLEST_COUNT
        lost = shrunk | empty
        if lost.any():
            self.status[rows[empty]] = CODES.index(Status.EMPTY)
            self.status[rows[shrunk]] = CODES.index(Status.COLLAPSED)
        return np.asarray(~lost)

    def _judge(self, rows: NDArray[np.intp], bent: Curvature) -> Floats | None:
        """End the climbs that stand on a top.

        Returns how each of the others is to leave a place where the slope is nil: along the
        directions that do not curve down, by plus or minus one, or by zero; None if no climb
        stands at such a place.
        """
        norm = bent.gradient_norm()
        # Rounding may leave the score just above the tolerance, where it stops falling.
        stalled = (norm < 1e-7) & (norm > 0.5 * self.norm[rows])
        self.norm[rows] = norm
        done = (norm < self.tol) | stalled
        if done.any():
            self.status[rows[done]] = CODES.index(Status.CONVERGED)
        if self.data.rounding:
            lost = self._is_hidden(rows, bent) & (done | (self.n_iter[rows] > PATIENCE))
            self.status[rows[lost]] = CODES.index(Status.FLAT)
            done |= lost
        still = ~done & ((bent.slopes**2).sum(axis=-1) < (1e-9**2) * self.total[rows])
        if not still.any():
            return None
        lowest = bent.eigenvalues[:, 0] if self.coordinates.size else np.ones(rows.size)
        saddle = still & (lowest < -1e3 * FLAT)
        # Neither slope nor curvature: a step to either side shows whether it is a top.
        level = still & ~saddle & (lowest <= 1e3 * FLAT)
        flat = level & (self.probes[rows] >= 2)
        probe = level & ~flat
        self.probes[rows] += probe
        self.status[rows[flat]] = CODES.index(Status.FLAT)
        return np.where(probe, 2.0 * (self.probes[rows] % 2) - 1.0, 1.0 * saddle)

    def _is_hidden(self, rows: NDArray[np.intp], bent: Curvature) -> NDArray[np.bool_]:
        """Which climbs are on level ground because the rounding hides an sd."""
        if not self.coordinates.size:
            return np.zeros(rows.size, dtype=bool)
        hidden = self.kept.sds[rows].min(axis=1) < HIDDEN * self.data.rounding
        level = np.abs(bent.eigenvalues[:, 0]) < LEVEL
        return np.asarray(hidden & level)

    def _propose(
        self,
        rows: NDArray[np.intp],
        here: Parameters,
        found: Pass,
        bent: Curvature,
        leave: Floats | None,
    ) -> None:
        """Choose where the climbs look next: a Newton step no longer than their reach."""
        step = bent.step
        if leave is not None:
            # A whole unit of complete-data information: about an sd of a component.
            size = leave * np.sqrt(found.counts.sum(axis=-1))
            side = np.where(bent.eigenvalues <= 1e3 * FLAT, size[:, None], 0.0)
            step = step + (bent.directions @ side[..., None])[..., 0]
            self.astray[rows] = np.where(leave != 0, STRAY, 0)
        q, m = self.coordinates.n_logits, self.coordinates.free_means.size
        length = np.abs(step)
        length[:, q : q + m] /= here.sds[:, self.coordinates.free_means]
        longest = length.max(axis=-1, initial=1e-300)
        step = step * np.minimum(1.0, self.reach[rows] / longest)[:, None]
        _put(self.at, rows, self.coordinates.move(here, step))
        self.bold[rows] = True


def _copied(at: Parameters) -> Parameters:
    return Parameters(*(np.array(value, dtype=np.float64) for value in at))


def _kept(found: Pass, rows: NDArray[np.bool_]) -> Pass:
    return Pass(*(value[rows] for value in found))


def _put(store: Parameters, rows: NDArray[np.intp] | NDArray[np.bool_], values: Parameters) -> None:
    for target, value in zip(store, values, strict=True):
        target[rows] = value
