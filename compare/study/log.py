"""Log: finished trials in a file, a line each, so that a study can go on, and grow.

The first line holds the design that they belong to; a design may grow by cells behind the others,
which changes nothing that was done. A last line without its end, left by a run that was killed
while it wrote, does not count.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from compare.study.trials import Job, Trial

__all__ = ["Log", "LogError", "packed", "read", "unpack"]

BEGINS = b'{"settings":'

NO_LOG = (ValueError, KeyError, TypeError, AttributeError)
"""What reading something else as a log may end in."""


class LogError(ValueError):
    """The file cannot be gone on with; one line says why and what to do."""


class Log:
    """The trials of a study that are done so far.

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
        self.trials: dict[Job, Trial] = {}
        """By what was done."""
        self._settings = json.loads(json.dumps(settings))
        if fresh:
            path.unlink(missing_ok=True)
        content = path.read_bytes() if path.exists() else b""
        whole, _, torn = content.rpartition(b"\n")
        if whole and self._read(whole):
            self._begin_anew()
            return
        if not whole and torn[: len(BEGINS)] != BEGINS[: len(torn)]:
            raise self._strange("no settings")
        with path.open("ab") as file:
            # Without a whole line there is nothing to keep; with one, its end belongs to it.
            file.truncate(len(whole) + 1 if whole else 0)
            if not whole:
                file.write(_line({"settings": self._settings}))

    def _read(self, whole: bytes) -> bool:
        """Take the trials in, and say whether they were made with fewer cells."""
        try:
            made_with, trials = _parsed(whole.split(b"\n"))
        except NO_LOG as error:
            raise self._strange(type(error).__name__) from error
        if not _goes_on(made_with, self._settings):
            raise LogError(
                f"{self.path} holds {len(trials)} trials made with "
                f"{_differences(made_with, self._settings)}; go on with the same settings, take "
                "another folder with --out, or start again with --fresh"
            )
        self.trials = {trial.job: trial for trial in trials}
        return bool(made_with != self._settings)

    def _begin_anew(self) -> None:
        """Write all of it under the settings of now."""
        partial = self.path.with_name(f"{self.path.name}.part")
        partial.write_bytes(self.content())
        partial.replace(self.path)

    def _strange(self, why: str) -> LogError:
        return LogError(
            f"expected the trials of a study in {self.path}, got something else ({why}); move it "
            "away, or start again with --fresh"
        )

    def append(self, trial: Trial) -> None:
        """Keep a trial, in the file at once."""
        with self.path.open("ab") as file:
            file.write(_line(trial.to_dict()))
        self.trials[trial.job] = trial

    def content(self) -> bytes:
        """The whole log with its trials in order, whatever order they were done in."""
        ordered = (self.trials[job].to_dict() for job in sorted(self.trials))
        return b"".join(map(_line, ({"settings": self._settings}, *ordered)))


def packed(content: bytes) -> bytes:
    """A log, compressed; the same bytes for the same content."""
    return gzip.compress(content, mtime=0)


def unpack(kept: Path, path: Path, settings: Mapping[str, Any]) -> None:
    """Make a compressed log into one that can be gone on with.

    Parameters
    ----------
    kept : path
        The compressed one.
    path : path
        The other.
    settings : mapping
        As for `Log`.

    Raises
    ------
    LogError
        If it is no log, or one of other settings.
    """
    made_with, trials = read(kept)
    now = json.loads(json.dumps(settings))
    if not _goes_on(made_with, now):
        raise LogError(
            f"{kept} holds {len(trials)} trials made with {_differences(made_with, now)}; take "
            "another folder with --out, or start again with --fresh"
        )
    path.write_bytes(gzip.decompress(kept.read_bytes()))


def read(path: Path) -> tuple[dict[str, Any], list[Trial]]:
    """Settings and trials of a whole log, compressed or not.

    Raises
    ------
    LogError
        If it is no log.
    """
    content = path.read_bytes()
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return _parsed(content.rstrip(b"\n").split(b"\n"))
    except (*NO_LOG, EOFError, OSError, zlib.error) as error:
        raise LogError(f"expected the log of a study in {path}, got something else") from error


def _parsed(lines: Iterable[bytes]) -> tuple[dict[str, Any], list[Trial]]:
    first, *rest = map(json.loads, lines)
    return dict(first["settings"]), [Trial.from_dict(stored) for stored in rest]


def _goes_on(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether trials of a study belong to another that is the same, or has more cells."""
    if before == now:
        return True
    try:
        cells, more = before["design"]["cells"], now["design"]["cells"]
        return bool(
            cells == more[: len(cells)]
            and {**before, "design": {**before["design"], "cells": more}} == now
        )
    except (KeyError, TypeError):
        return False


def _line(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The settings that are not the same, such as ``draws 500 (now 3000)``."""
    flat_before, flat_now = _flat(before), _flat(now)
    found = [
        f"{name} {flat_before.get(name, 'none')} (now {flat_now.get(name, 'none')})"
        for name in {**flat_before, **flat_now}
        if flat_before.get(name) != flat_now.get(name)
    ]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more


def _flat(settings: Any, name: str = "") -> dict[str, Any]:
    if isinstance(settings, list):
        settings = dict(enumerate(settings))
    if not isinstance(settings, Mapping):
        return {name: settings}
    found: dict[str, Any] = {}
    for key, value in settings.items():
        # Where there are several of a kind, a name alone does not say which.
        whose = f"{name}." if "[" in name else ""
        inner = f"{name}[{key}]" if isinstance(key, int) else f"{whose}{key}"
        found.update(_flat(value, inner))
    return found
