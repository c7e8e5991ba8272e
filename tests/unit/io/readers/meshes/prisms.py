"""A prism over a U, whose caps are one concave polygon each, and what its surface must be."""

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers import read_geometry

_U = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]
VERTICES = [(*corner, height) for height in (0, 1) for corner in _U]
SIDES = [[i, (i + 1) % 8, (i + 1) % 8 + 8, i + 8] for i in range(8)]
POLYGONS = [list(range(8))[::-1], list(range(8, 16)), *SIDES]
"""Two caps of area 7 and eight sides of area 16 in all: area 30, volume 7."""

# Each side as two triangles: 18 faces that are no quads, to mix with the caps.
MIXED = [*POLYGONS[:2], *SIDES[:4], *([a, b, c] for a, b, c, _ in SIDES[4:])]
MIXED += [[c, d, a] for a, _, c, d in SIDES[4:]]


def write(file, content):
    """Write text or bytes; returns the file."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read_closed(file, area=30.0, volume=7.0):
    """Read a mesh and check its surface."""
    mesh = read_geometry(file)
    surface = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert surface.area == pytest.approx(area)
    assert surface.is_watertight
    assert surface.volume == pytest.approx(volume)
    return mesh


def refused(file, reason):
    """Expects a BadShape of one line that names the file and has the reason."""
    with pytest.raises(BadShape, match=rf"{file.name}: .*{reason}") as caught:
        read_geometry(file)
    assert "\n" not in str(caught.value)


def area_of(points, triangles):
    """The area of triangles, each counted for itself."""
    a, b, c = (np.asarray(points, float)[triangles[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
