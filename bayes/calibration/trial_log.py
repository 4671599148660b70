"""trial_log: finished trials in a file, a line each, so that an interrupted run can go on.

The first line holds the settings that the trials were made with. A last line without its end,
left by a run that was killed while it wrote, does not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bayes.calibration.trials import Trial

__all__ = ["LogError", "TrialLog"]

BEGINS = b'{"settings": '


class LogError(ValueError):
    """The file cannot be gone on with; one line says why and what to do."""


class TrialLog:
    """The trials of one run that are done so far.

    Parameters
    ----------
    path : path
        Made if missing.
    settings : mapping
        What trials depend on, in a form that JSON keeps as it is.
    fresh : bool
        Start again, whatever is there.

    Raises
    ------
    LogError
        If the file holds trials of other settings, or something else.
    OSError
        If it cannot be read or written.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.path = path
        self.trials: dict[int, Trial] = {}
        """By number."""
        if fresh:
            path.unlink(missing_ok=True)
        content = path.read_bytes() if path.exists() else b""
        whole, _, torn = content.rpartition(b"\n")
        if whole:
            self._read(whole, settings)
        elif torn[: len(BEGINS)] != BEGINS[: len(torn)]:
            raise self._strange("no settings")
        with path.open("ab") as file:
            # Without a whole line there is nothing to keep; with one, its end belongs to it.
            file.truncate(len(whole) + 1 if whole else 0)
        if not whole:
            self._write({"settings": settings})

    def _read(self, whole: bytes, settings: Mapping[str, Any]) -> None:
        try:
            first, *rest = map(json.loads, whole.split(b"\n"))
            made_with = dict(first["settings"])
            trials = [Trial.from_dict(stored) for stored in rest]
        except (ValueError, KeyError, TypeError) as error:
            raise self._strange(type(error).__name__) from error
        if made_with != settings:
            raise LogError(
                f"{self.path} holds {len(trials)} trials made with "
                f"{_differences(made_with, settings)}; finish those with the same settings, or "
                "start again with --fresh"
            )
        self.trials = {trial.index: trial for trial in trials}

    def _strange(self, why: str) -> LogError:
        return LogError(
            f"expected the trials of an unfinished run in {self.path}, got something else "
            f"({why}); move it away, or start again with --fresh"
        )

    def append(self, trial: Trial) -> None:
        """Keep a trial, in the file at once."""
        self._write(trial.to_dict())
        self.trials[trial.index] = trial

    def _write(self, content: Mapping[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(content, allow_nan=False).encode() + b"\n")

    def remove(self) -> None:
        """Delete the file, once what it led to is safe elsewhere."""
        self.path.unlink(missing_ok=True)


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The settings that are not the same, such as ``draws 500 (now 3000)``."""
    flat_before, flat_now = _flat(before), _flat(now)
    return ", ".join(
        f"{name} {flat_before.get(name, 'none')} (now {flat_now.get(name, 'none')})"
        for name in {**flat_before, **flat_now}
        if flat_before.get(name) != flat_now.get(name)
    )


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found.update(_flat(value))
        else:
            found[name] = value
    return found
