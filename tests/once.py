"""What is slow to make is made once a run, also where several workers share the tests."""

import fcntl
import functools
import hashlib
import pickle

_shared = []  # the folder, where there are several workers


def share(folder):
    "Keep in this folder from now on what is made once; all workers name the same one."
    folder.mkdir(exist_ok=True)
    _shared[:] = [folder]


def once(make):
    """Keep what `make` gives, by its arguments, as functools.cache does.

    With several workers the first that needs it makes it; the others wait for it and read a copy.
    """

    @functools.cache
    def made(*args):
        if not _shared:
            return make(*args)
        name = f"{make.__module__}.{make.__qualname__}{args!r}"
        path = _shared[0] / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.pickle"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                part = path.with_suffix(".part")
                part.write_bytes(pickle.dumps(make(*args)))
                part.rename(path)
        return pickle.loads(path.read_bytes())  # noqa: S301 - written a few lines above

    return functools.wraps(make)(made)
