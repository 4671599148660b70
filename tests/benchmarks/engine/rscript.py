"""R beside Python: one process that fits what it is asked to fit, and can be stopped."""

from __future__ import annotations

import math
import select
import shutil
import subprocess
from pathlib import Path

from benchmarks.engine.timing import Call, CallError

__all__ = ["SCRIPT", "R", "versions"]

SCRIPT = Path(__file__).with_name("peers.R")


def versions() -> dict[str, str]:
    """The versions of R, mclust and mixtools; those that are not installed are left out."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    answer = subprocess.run(
        [program, SCRIPT, "versions"], capture_output=True, text=True, check=False, timeout=120
    )
    rows = (line.strip().split("\t") for line in answer.stdout.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


class R:
    """A running R; started when first used, and again after a call that was broken off."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._data: Path | None = None

    def load(self, data: Path) -> None:
        """Read the data, a file of doubles, before the next call."""
        self._data = data
        if self._process is not None:
            self._ask(["load", str(data)], 120.0)

    def fit(self, tool: str, tolerance: float | None, limit: float) -> Call:
        """Fit two components; the answer is a list: passes or NaN, weights, means, sds."""
        asked = "NA" if tolerance is None else repr(tolerance)
        return self._call(["fit", tool, asked], limit)

    def bootstrap(self, refits: int, kind: str, limit: float) -> Call:
        """Fit by mclust and resample; the answer: refits that worked, ends for weight 1."""
        return self._call(["bootstrap", "mclust", str(refits), kind], limit)

    def close(self) -> None:
        """Stop the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _call(self, request: list[str], limit: float) -> Call:
        if self._process is None:
            # Its complaints would come between ours; what matters of them is in its answers.
            self._process = subprocess.Popen(
                [shutil.which("Rscript") or "Rscript", SCRIPT, "serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                bufsize=1,
            )
            if self._data is not None:
                self._ask(["load", str(self._data)], 120.0)
        seconds, *answer = self._ask(request, limit)
        return Call(seconds, answer)

    def _ask(self, request: list[str], limit: float) -> list[float]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\t".join(request) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], limit)[0]:
            self.close()
            raise CallError(f"stopped after {limit:.0f} s")
        kind, *fields = process.stdout.readline().rstrip("\n").split("\t")
        if kind != "ok":
            if not kind:
                self.close()
            raise CallError(f"R failed: {fields[0] if fields else 'it ended without an answer'}")
        return [math.nan if field == "NA" else float(field) for field in fields]
