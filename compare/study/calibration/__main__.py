"""calibration: is the posterior right? ``python -m compare.study.calibration`` finds out.

It is a study whose truths are drawn from the prior: then each must rank evenly among the draws of
its posterior. `compare.study.calibration.ranks` says why and tests it.
"""

from __future__ import annotations

from compare.command import guard

if __name__ == "__main__":
    # What follows takes half a second to load, and Ctrl-C may come in that, too.
    guard.at_once("compare.study.calibration")

import sys
from collections.abc import Sequence

from compare.command.files import check_targets, prepare_folder, write_together
from compare.study.calibration.options import Options, parse
from compare.study.log import read
from compare.study.running import run
from compare.study.session import DONE, Progress, require, session

__all__ = ["main"]

UNCALIBRATED = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done; 3 not calibrated, with ``--strict``; else that of
        `compare.study.session.session`.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return session(
        "compare.study.calibration",
        "data sets",
        lambda progress: _run(parse(arguments), progress),
    )


def _run(options: Options, progress: Progress) -> int:
    require("pymc", "nutpie", "matplotlib")
    out, name = options.out, options.name
    log, page, picture = out / f"{name}.jsonl", f"{name}.md", f"{name}.svg"
    check_targets(out, (f"{name}.json", picture, page))
    prepare_folder(out)
    study = run(
        options.design,
        {"ranks": options.data_sets},
        log=log,
        fresh=options.fresh,
        workers=options.workers,
        progress=progress,
    )
    progress.clear()

    # Half a second of plotting code that an interrupted run can do without.
    from compare.study.calibration.figure import alt_text, draw
    from compare.study.calibration.report import to_json, to_markdown
    from compare.study.calibration.result import Calibration

    calibration = Calibration.of(study)
    contents = {
        f"{name}.json": to_json(calibration),
        picture: draw(calibration),
        page: to_markdown(calibration, picture, alt_text(calibration), options.command),
    }
    write_together(out, name, {file: text.encode() for file, text in contents.items()})
    if len(read(log)[1]) == options.data_sets:  # else there is more in it than was asked for
        log.unlink()
    sys.stdout.write(f"{calibration.verdict}\n{calibration.gate}\n{out / page}\n")
    return UNCALIBRATED if options.strict and not calibration.calibrated else DONE


if __name__ == "__main__":
    sys.exit(main())
