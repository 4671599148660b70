"""GaussianMixture1D: `em.fit` as an estimator for scikit-learn; only this module needs it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.sample import Sample
from em.inference.fit import Fit
from em.inference.fitting import fit
from em.likelihood.mixture import Mixture

try:
    from sklearn.base import BaseEstimator, DensityMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        'em.sklearn needs scikit-learn 1.6 or newer; try: pip install "scikit-learn>=1.6"'
    ) from error

__all__ = ["GaussianMixture1D"]

Floats = NDArray[np.float64]
Seed = int | np.random.Generator | np.random.RandomState | None


class GaussianMixture1D(DensityMixin, BaseEstimator):
    """Maximum-likelihood mixture of normal distributions in one column, for scikit-learn.

    What `em.fit` does, where scikit-learn expects an estimator: in a `Pipeline`, in
    `GridSearchCV`, with `clone`. Unlike `sklearn.mixture.GaussianMixture` it takes sample
    weights and goes on to the maximum, so `tol` is in standard errors and there is no need for
    k-means, `n_init` or a regularised covariance. Its answer is the best regular maximum that a
    search from many starts finds; that none is higher elsewhere is not proven, and with many
    components more `n_starts` may find one.

    Parameters
    ----------
    n_components : int, default=1
        The number of components, K; the default is that of scikit-learn's mixtures.
    rounding : float, default=0.0
        The step to which the values were rounded, see `em.fit`; new values are taken as rounded
        so too.
    equal_sds : bool, default=False
        Whether the components share one sd.
    penalty : bool or float, default=False
        Whether to keep sds away from zero, see `em.fit`.
    fixed : mapping of str to array_like of shape (n_components,), default=None
        Parameters to hold, see `em.fit`.
    start : Mixture or Fit, default=None
        Climb from here only.
    n_starts : int, default=None
        How many starts to try; ten for each component by default.
    squash : bool, default=None
        Whether to fit a few hundred nodes that stand for the data; by default where it pays.
    tol : float, default=1e-11
        The fit has converged when its score is below `tol` standard errors.
    max_iter : int, default=500
        Passes over the data at the most, for each climb.
    random_state : int, numpy.random.Generator or numpy.random.RandomState, default=None
        Seed of the random starts and of `sample`. With None a fit is the same at every call
        (the starts are seeded with 0, as in `em.fit`) and every sample is a new one. NumPy's
        global stream is never used.

    Attributes
    ----------
    weights_, means_, sds_ : ndarray of shape (n_components,)
        The estimate, components in increasing order of mean.
    converged_ : bool
        Whether it is a maximum of the likelihood.
    n_iter_ : int
        Passes over the data on the winning climb.
    loglik_ : float
        The log-likelihood of the whole sample.
    lower_bound_ : float
        The log-likelihood per observation, under the name scikit-learn's mixtures have for it.
    fit_ : em.Fit
        The fit itself: status, standard errors, intervals, the other optima.
    n_features_in_ : int
        One.
    feature_names_in_ : ndarray of shape (1,)
        The name of the column, if the data came as a data frame.

    Examples
    --------
    >>> import em
    >>> heights, _ = em.Mixture([0.4, 0.6], [164, 180], [6, 7]).sample(1000, rng=1)
    >>> mixture = GaussianMixture1D(n_components=2).fit(heights[:, None])
    >>> mixture.converged_
    True
    >>> mixture.predict([[160], [185]])
    array([0, 1])
    """

    def __init__(
        self,
        n_components: int = 1,
        *,
        rounding: float = 0.0,
        equal_sds: bool = False,
        penalty: bool | float = False,
        fixed: Mapping[str, ArrayLike] | None = None,
        start: Mixture | Fit | None = None,
        n_starts: int | None = None,
        squash: bool | None = None,
        tol: float = 1e-11,
        max_iter: int = 500,
        random_state: Seed = None,
    ) -> None:
        self.n_components = n_components
        self.rounding = rounding
        self.equal_sds = equal_sds
        self.penalty = penalty
        self.fixed = fixed
        self.start = start
        self.n_starts = n_starts
        self.squash = squash
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the mixture.

        Parameters
        ----------
        X : array_like of shape (n, 1)
            The data, one column.
        y : None
            Ignored; scikit-learn passes it.
        sample_weight : array_like of shape (n,), optional
            How often each value was seen; need not be whole.

        Returns
        -------
        GaussianMixture1D
            The estimator itself.

        Raises
        ------
        TypeError, ValueError
            If the data are not one column of finite numbers, hold fewer distinct values than
            the model needs, or a parameter is out of range.

        Warns
        -----
        sklearn.exceptions.ConvergenceWarning
            If the estimate is not a maximum of the likelihood.
        """
        found = fit(
            Sample(self._column(X, reset=True), sample_weight, self.rounding),
            self.n_components,
            start=self.start,
            n_starts=self.n_starts,
            equal_sds=self.equal_sds,
            fixed=self.fixed,
            penalty=self.penalty,
            squash=self.squash,
            max_iter=self.max_iter,
            tol=self.tol,
            rng=0 if self.random_state is None else self._generator(),
        )
        if not found.converged:
            warnings.warn(
                f"{type(self).__name__} {found.status.message}", ConvergenceWarning, stacklevel=2
            )
        self.fit_ = found
        self.weights_, self.means_, self.sds_ = found.mixture.parameters
        self.converged_ = found.converged
        self.n_iter_ = found.n_iter
        self.loglik_ = found.loglik
        self.lower_bound_ = found.loglik / found.sample.n
        return self

    def fit_predict(
        self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.intp]:
        """Fit the mixture and label the same values; parameters are those of `fit`.

        Returns
        -------
        ndarray of shape (n,)
            As `predict` gives it.
        """
        return self.fit(X, y, sample_weight).predict(X)

    def predict(self, X: Any) -> NDArray[np.intp]:
        """The likeliest component of each value.

        Parameters
        ----------
        X : array_like of shape (n, 1)

        Returns
        -------
        ndarray of shape (n,)
            Numbers of components, in increasing order of mean.
        """
        return np.asarray(self.predict_proba(X).argmax(axis=1))

    def predict_proba(self, X: Any) -> Floats:
        """Probability that each value came from each component.

        Parameters
        ----------
        X : array_like of shape (n, 1)

        Returns
        -------
        ndarray of shape (n, n_components)
            Rows sum to one.
        """
        return self._mixture.responsibilities(self._column(X), self.rounding)

    def score_samples(self, X: Any) -> Floats:
        """Log of the density at each value; of rounded ones of the mean density within the step.

        Parameters
        ----------
        X : array_like of shape (n, 1)

        Returns
        -------
        ndarray of shape (n,)
        """
        return self._mixture.logpdf(self._column(X), self.rounding)

    def score(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> float:
        """Log-likelihood per observation; higher is better.

        Parameters
        ----------
        X : array_like of shape (n, 1)
        y : None
            Ignored; scikit-learn passes it.
        sample_weight : array_like of shape (n,), optional
            As for `fit`.

        Returns
        -------
        float
        """
        loglik, n = self._loglik(X, sample_weight)
        return loglik / n

    def sample(self, n_samples: int = 1) -> tuple[Floats, NDArray[np.intp]]:
        """Draw independent values.

        Parameters
        ----------
        n_samples : int
            How many.

        Returns
        -------
        X : ndarray of shape (n_samples, 1)
        y : ndarray of shape (n_samples,)
            The component each value came from, in random order.
        """
        values, labels = self._mixture.sample(n_samples, self._generator())
        return values[:, None], labels

    def aic(self, X: Any, sample_weight: ArrayLike | None = None) -> float:
        """Akaike's criterion on these data, ``2 p - 2 loglik``; lower is better.

        Parameters
        ----------
        X : array_like of shape (n, 1)
        sample_weight : array_like of shape (n,), optional
            As for `fit`.

        Returns
        -------
        float
        """
        loglik, _ = self._loglik(X, sample_weight)
        return 2.0 * self.fit_.n_parameters - 2.0 * loglik

    def bic(self, X: Any, sample_weight: ArrayLike | None = None) -> float:
        """Schwarz's criterion on these data, ``p log n - 2 loglik``; lower is better.

        Parameters
        ----------
        X : array_like of shape (n, 1)
        sample_weight : array_like of shape (n,), optional
            As for `fit`; n is their sum.

        Returns
        -------
        float
        """
        loglik, n = self._loglik(X, sample_weight)
        return self.fit_.n_parameters * float(np.log(n)) - 2.0 * loglik

    @property
    def _mixture(self) -> Mixture:
        check_is_fitted(self, "fit_")
        return self.fit_.mixture

    def _loglik(self, X: Any, sample_weight: ArrayLike | None) -> tuple[float, float]:
        """Log-likelihood of new data, and their total weight."""
        mixture = self._mixture
        sample = Sample(self._column(X), sample_weight)
        logpdf = mixture.logpdf(sample.values, self.rounding)
        return float(np.dot(logpdf, sample.weights)), sample.n

    def _column(self, X: Any, *, reset: bool = False) -> Floats:
        """The values of a table of one column, checked as scikit-learn does."""
        least = 2 if reset else 1
        checked = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_samples=least)
        return self._values(checked)

    def _values(self, X: Floats) -> Floats:
        if X.shape[1] != 1:
            raise ValueError(
                f"expected X with one column, got {X.shape[1]} columns; pick one of them, for "
                "example X[:, [0]]"
            )
        return X[:, 0]

    def _generator(self) -> np.random.Generator | int | None:
        """What `em` takes for a seed."""
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            return int(state.randint(np.iinfo(np.int32).max))
        return state
