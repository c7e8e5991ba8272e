"""Embedded procedural shapes: everyday classes with labelled parts, made from a seed alone."""

from inr2vec_core.shapes.procedural.assembly import LabeledMesh
from inr2vec_core.shapes.procedural.catalogue import CLASSES, PARTS, make_shape

__all__ = ["CLASSES", "PARTS", "LabeledMesh", "make_shape"]
