"""Tries the readers on folders of models, beside others.

    python benchmarks/reader_corpus.py FOLDER ... > table.md

Readers are compared by the bounding box and the area of what they find, for a cloud by its number
of points. The table counts the files that trimesh finds a shape of finite coordinates in, those of
them that we read, those that hold no shape in space, those that we and another reader read, and
how many of these nobody agrees with us about. A line follows for each file that is set aside or
about which readers differ. meshio is asked if it is installed; its polygons, and those of a few
lines that read nothing else, count by their area vectors, which are shorter than the area of a
polygon that is not flat.
"""

import argparse
import hashlib
import multiprocessing
import os
import re
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from other_readers import READERS, Found, read_with

FORMATS = list(dict.fromkeys(" ".join(formats for _, formats in READERS.values()).split()))
SECONDS = 120  # for a reader and a file
# Paths, points in a format for meshes, nothing; shapes of four dimensions, which lose one.
NO_SHAPE = re.compile(r"^(its scene )?holds (no|points but no) |coordinates, not 3$")
COLUMNS = [
    "files",
    "trimesh reads",
    "of these we read",
    "no shape",
    "we read",
    "compared",
    "differ",
]


def serve(connection) -> None:
    """Answer a name of a reader and a path with what the reader finds, until nobody asks."""
    os.dup2(2, 1)  # what readers print must not get into the table
    while True:
        try:
            name, path = connection.recv()
        except EOFError:
            return
        connection.send(read_with(name, path))


def results(files: list[Path]) -> Iterator[dict[str, Found]]:
    """What each reader found in each file. Readers run in a process that they may crash."""
    context = multiprocessing.get_context("spawn")
    child = None
    for path in files:
        found = {}
        for name in READERS:
            if child is None:
                here, there = context.Pipe()
                child = context.Process(target=serve, args=(there,), daemon=True)
                child.start()
                there.close()
            try:
                here.send((name, path))
                if not here.poll(SECONDS):
                    raise EOFError
                found[name] = here.recv()
            except (EOFError, ConnectionError):
                child.kill()
                child = None
                found[name] = Found("error", text="crashed, or ran out of time")
        yield found


def distinct(folders: list[Path]) -> list[Path]:
    """The files of the formats in folders, each content once."""
    by_content: dict[str, Path] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower()[1:] in FORMATS and path.is_file():
            by_content.setdefault(hashlib.sha1(path.read_bytes()).hexdigest(), path)
    return list(by_content.values())


def row(found: dict[str, Found]) -> tuple[Counter, str]:
    """What a file adds to the table, and the line about it, if there is something to tell."""
    mine, theirs = found["ours"], found["trimesh"]
    read = mine.is_shape
    empty = not read and bool(NO_SHAPE.search(mine.text) or theirs.kind == "no shape")
    readable = theirs.is_shape and not empty
    others = [found[name] for name in READERS if name != "ours" and found[name].is_shape]
    differing = [other for other in others if read and not mine.agrees(other)]
    alone = bool(others) and len(differing) == len(others)
    values = [True, readable, readable and read, empty, read, read and bool(others), alone]
    count = Counter({column: int(value) for column, value in zip(COLUMNS, values, strict=True)})
    if differing or (readable and not read):
        label = (
            "nobody agrees" if alone else "readers differ" if differing else "only trimesh reads"
        )
        return count, f"{label}: " + "; ".join(f"{name} {what}" for name, what in found.items())
    return count, "" if read else f"set aside: {mine.text}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    files = distinct(parser.parse_args().folders)
    counts: dict[str, Counter] = {}
    notes = []
    for path, found in zip(files, results(files), strict=True):
        count, note = row(found)
        for kind in (path.suffix.lower()[1:], "all"):
            counts.setdefault(kind, Counter()).update(count)
        if note:
            notes.append(f"- `{path}`: {note}")
    print("| format | " + " | ".join(COLUMNS) + " | share |")
    print("|---|" + "---|" * (len(COLUMNS) + 1))
    for kind in [*FORMATS, "all"]:
        if kind in counts:
            count = counts[kind]
            share = count["of these we read"] / max(count["trimesh reads"], 1)
            cells = [str(count[column]) for column in COLUMNS]
            cells.append(f"{share:.1%}" if count["trimesh reads"] else "")
            print(f"| {kind} | " + " | ".join(cells) + " |")
    present = {distribution.name for distribution in metadata.distributions()}
    names = [name for name in ("trimesh", "open3d-cpu", "meshio") if name in present]
    versions = [f"{name} {metadata.version(name)}" for name in names]
    print("\n" + ", ".join(versions) + "\n\n" + "\n".join(notes))


if __name__ == "__main__":
    main()
