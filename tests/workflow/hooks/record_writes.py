"""Records what jobs flush and rename, for a test that cuts the power afterwards.

RECORD_WRITES names the record. A line is "flush" and a path, or "rename" and two; with the state of
the file at that moment, so that a write after the flush shows.
"""

import os
import sys
from pathlib import Path


def install(record: str) -> None:
    """Record from now on, in this process."""
    out = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    fsync = os.fsync

    def state(path):
        status = Path(path).stat()
        return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"

    def note(*words):
        os.write(out, ("\t".join(words) + "\n").encode("utf-8", "surrogateescape"))

    def recorded_fsync(file):
        number = file if isinstance(file, int) else file.fileno()
        fsync(number)
        path = str(Path(f"/proc/self/fd/{number}").readlink())
        note("flush", path, state(path))

    def rename(event, args):
        if event == "os.rename":
            old, new = (Path(os.fsdecode(path)) for path in args[:2])
            old, new = (str(path.parent.resolve() / path.name) for path in (old, new))
            note("rename", old, state(old), new)

    os.fsync = recorded_fsync
    sys.addaudithook(rename)
