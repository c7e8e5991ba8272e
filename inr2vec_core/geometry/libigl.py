"""libigl, in one thread, and arrays as it takes them."""

import os

import numpy as np


def igl_module():
    """The module `igl`; imported late, because it reads its number of threads at the first call."""
    os.environ.setdefault("IGL_NUM_THREADS", "1")  # one job, one core
    import igl

    return igl


def igl_arrays(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) float64 and faces (F, 3) int64, contiguous."""
    return np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(faces, np.int64)
