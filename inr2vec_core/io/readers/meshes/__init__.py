"""Meshes in off, obj, ply, stl and glb files, and clouds in ply files.

The readers take a file at its word: polygons are cut so that their triangles cover them once, what
a file declares must be there, and what it holds but is not read is named.
"""

from inr2vec_core.io.readers.meshes.glb import read_glb
from inr2vec_core.io.readers.meshes.obj import read_obj
from inr2vec_core.io.readers.meshes.off import read_off
from inr2vec_core.io.readers.meshes.ply import read_ply
from inr2vec_core.io.readers.meshes.stl import read_stl

__all__ = ["read_glb", "read_obj", "read_off", "read_ply", "read_stl"]
