"""Files whose geometry is checked as it is read, in the child process."""

from pathlib import Path

from inr2vec_core.shapes.formats._base import ShapeFormat


class Format(ShapeFormat):
    """Every file of a folder is a shape."""

    def catalog(self):
        raise NotImplementedError

    def read_record(self, record):
        geometry = super().read_record(record)
        check(geometry, record.path)
        return geometry


def check(geometry, path):
    """Assert that a geometry is finite and within what its file can hold."""
    import numpy as np

    from inr2vec_core.geometry.raw import Cloud, Grid, Mesh

    if isinstance(geometry, Grid):
        assert geometry.values.ndim == 3 and geometry.values.size
        return
    assert isinstance(geometry, Cloud | Mesh)
    points = geometry.points if isinstance(geometry, Cloud) else geometry.vertices
    assert points.dtype == np.float64 and points.shape[1:] == (3,) and np.isfinite(points).all()
    size = Path(path).stat().st_size
    # Compression apart, no file holds more points than bytes.
    assert 0 < len(points) <= (size if path[-3:] != "npz" else 1000 * size)
    if isinstance(geometry, Mesh):
        faces = geometry.faces
        assert faces.dtype == np.int64 and faces.shape[1:] == (3,)
        assert 0 < len(faces) <= size
        assert faces.min() >= 0 and faces.max() < len(points)
