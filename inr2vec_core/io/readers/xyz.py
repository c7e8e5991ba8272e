"""Clouds in xyz files: a point's coordinates on each line."""

from pathlib import Path

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.io.readers.text import text_lines


def read_xyz(path: Path) -> Cloud:
    lines = text_lines(path.read_text(encoding="utf-8"))
    if not lines:
        raise BadShape("holds no points")
    table = (line.replace(",", " ") for line in lines)
    return Cloud(np.loadtxt(table, dtype=np.float64, usecols=(0, 1, 2), ndmin=2))
