"""Screened Poisson reconstruction (Kazhdan & Hoppe 2013), the classical way from cloud to mesh."""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape, MeshShape

NEIGHBOURS = 30  # that a normal is estimated from, and made to agree with
DEPTH = 8  # of the octree
MARGIN = 0.1  # beyond the cloud, at which a surface is cut that closes far away


def poisson_surface(cloud: CloudShape) -> MeshShape:
    """A mesh through a cloud, by Open3D; normals are estimated, for a cloud has none.

    Raises:
        BadShape: no surface was found, or the cloud has too few points for normals.
    """
    import open3d as o3d  # takes two seconds to import

    if len(cloud.points) <= NEIGHBOURS:
        raise BadShape(f"{len(cloud.points)} points are too few for normals")
    points = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(cloud.points.astype(np.float64)))
    points.estimate_normals(o3d.geometry.KDTreeSearchParamKNN(NEIGHBOURS))
    points.orient_normals_consistent_tangent_plane(NEIGHBOURS)
    mesh, _ = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(
        points, depth=DEPTH, n_threads=1
    )
    box = o3d.geometry.AxisAlignedBoundingBox(
        cloud.points.min(0).astype(np.float64) - MARGIN,
        cloud.points.max(0).astype(np.float64) + MARGIN,
    )
    mesh = mesh.crop(box)
    if len(mesh.triangles) == 0:
        raise BadShape("Poisson reconstruction gives no surface near the cloud")
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.triangles)
    return MeshShape(vertices.astype(np.float32), faces.astype(np.int32), mesh.is_watertight())
