"""study: who is right how often? ``python -m compare.study`` draws many data sets and counts."""

from __future__ import annotations

from compare.command import guard

if __name__ == "__main__":
    # What follows takes half a second to load, and Ctrl-C may come in that, too.
    guard.at_once("compare.study")

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from compare.command.files import check_targets, prepare_folder, write_together
from compare.study.log import Log, packed, unpack
from compare.study.options import Options, parse
from compare.study.running import run, settings
from compare.study.session import DONE, Progress, require, session
from compare.tables.sources import STUDY

__all__ = ["main"]

NAME = STUDY


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done; else that of `compare.study.session.session`.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return session("compare.study", "trials", lambda progress: _run(parse(arguments), progress))


def _run(options: Options, progress: Progress) -> int:
    require("pymc", "nutpie", "matplotlib", "sklearn")
    out, log = options.out, options.out / f"{NAME}.jsonl"
    kept = out / f"{NAME}.jsonl.gz"
    check_targets(out, (f"{NAME}.html", f"{NAME}.md", f"{NAME}.json", kept.name, f"{NAME}/"))
    prepare_folder(out)
    if kept.exists() and not log.exists() and not options.fresh:
        unpack(kept, log, settings(options.design))
    with _workers(options) as executor:
        found = run(
            options.design,
            options.replicates,
            log=log,
            fresh=options.fresh,
            workers=options.workers,
            executor=executor,
            progress=progress,
        )
    progress.clear()

    # Half a second of pages that an interrupted run can do without.
    from compare.page.study import render

    page = render(found, options.command)
    content = Log(log, settings(options.design)).content()
    files = {
        **{f"{NAME}/{name}": png for name, png in page.figures.items()},
        f"{NAME}.html": page.html.encode(),
        f"{NAME}.md": page.markdown.encode(),
        f"{NAME}.json": page.json.encode(),
        kept.name: packed(content),
    }
    write_together(out, NAME, files)
    log.unlink()  # all of it is in the packed one
    sys.stdout.write(f"{page.headline}\n{out / NAME}.html\n")
    return DONE


def _workers(options: Options) -> Any:
    if options.scheduler is None:
        return nullcontext()
    from compare.data.scheduler import connect

    return connect(options.scheduler, {})


if __name__ == "__main__":
    sys.exit(main())
