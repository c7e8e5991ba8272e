"""How much time and memory the reading and preparing of a shape may take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inr2vec_core.geometry.preprocessing import ShapeSettings

GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What the child process may take before it is ended.

    Attributes:
        seconds: without a word of it, whether it reads or prepares; those in which it computes,
            or sleeps, but not those in which it waits for a processor or a disk.
        memory: in bytes, all that the process allocates.
    """

    seconds: float = 30
    memory: int = 2 * GIB

    def raised_for(
        self, paths: Iterable[str], settings: ShapeSettings, augment_copies: int
    ) -> Limits:
        """The limits for some files: a large file may take longer, and so may a fine grid.

        A text file takes about ten times its size in memory and some seconds for 10 MB; a voxel
        that is asked whether it lies inside a mesh, some microseconds and some 60 bytes.

        Args:
            paths: the files; one that is missing counts nothing.
            settings: what becomes of the shapes.
            augment_copies: the number of copies of each shape.
        """
        size = sum(map(_size, set(paths)))
        voxels = settings.resolution**3 if settings.field == "occ" else 0
        return Limits(
            self.seconds + size / 1e6 + 20e-6 * voxels * (1 + augment_copies),
            self.memory + 32 * size + 100 * voxels,
        )


def out_of_memory(most_bytes: int) -> str:
    """What is said of a file that needs more memory than it may take."""
    return f"needs more than {most_bytes / GIB:.1f} GiB of memory"


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size if path else 0
    except OSError:
        return 0
