"""em is light: importing it loads NumPy and SciPy, and using it needs nothing else."""

import doctest
import functools
import importlib
import json
import pkgutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import em

PROJECT = Path(em.__file__).parents[1]
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(em.__path__, "em.") if not module.ispkg
)

USE = (
    "values, _ = em.Mixture([0.4, 0.6], [0, 5], [1, 1]).sample(60, rng=1); "
    "fit = em.fit(em.Sample(values)); "
    "fit.summary(), repr(fit), fit.icl, fit.conf_int(), fit.conf_int(0.9, 'wald'); "
    "fit.mixture.cdf(0.0), fit.mixture.ppf(0.5)"
)


@functools.cache
def installed():
    "The names of all packages that could be imported."
    return {*packages_distributions(), "em", "bayes", "compare"}


def run(code):
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def loaded(code):
    """The modules that `code` adds to those of a bare interpreter."""
    return run(
        "import json, sys\nbefore = set(sys.modules)\n"
        f"{code}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
    )


@pytest.mark.parametrize("code", ["import em", f"import em; {USE}"], ids=["import", "use"])
def test_em_loads_numpy_and_scipy_and_nothing_else(code):
    "Of all installed packages, after the import and after a fit with its summary and intervals."
    packages = {name.partition(".")[0] for name in loaded(code)} & installed()
    assert packages <= {"em", "numpy", "scipy"}
    assert "numpy" in packages


def test_importing_em_does_not_load_what_is_slow():
    "scipy.stats alone costs more than the rest together; optimisers are not needed either."
    names = set(loaded("import em"))
    slow = {"scipy.stats", "scipy.optimize", "scipy.sparse", "scipy.integrate", "numpy.testing"}
    assert "em.inference.fit" in names
    assert not names & slow
    assert not {name for name in names if name.startswith(("bayes", "compare"))}


def test_em_works_where_nothing_else_is_installed():
    "With the import of every other installed package forbidden, em fits and prints its summary."
    code = f"""
import importlib.abc, json, sys

forbidden = set({sorted(installed() - {"em", "numpy", "scipy"})})

class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in forbidden:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nothing())
try:
    import pandas
except ModuleNotFoundError:
    import em
    {USE}
    print(json.dumps(fit.converged))
"""
    assert run(code) is True


def test_the_public_names_are_there():
    "em.__all__ is what can be imported, and holds the agreed names."
    assert set(em.__all__) >= {"Sample", "Mixture", "Fit", "Status", "fit", "listing", "as_sample"}
    for name in em.__all__:
        assert hasattr(em, name)
    assert not any(name.startswith("_") for name in em.__all__)


@pytest.mark.parametrize("name", ["em", *MODULES])
def test_examples_in_docstrings_give_what_they_say(name):
    "Every example runs and prints what stands beneath it."
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    "A docstring whose first line is a sentence, and an __all__ that exists."
    module = importlib.import_module(name)
    assert module.__doc__
    assert module.__doc__.strip().splitlines()[0]
    for public in module.__all__:
        assert getattr(module, public).__doc__
