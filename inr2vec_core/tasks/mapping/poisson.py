"""Screened Poisson reconstruction of meshes from clouds (Kazhdan & Hoppe 2013), as a baseline."""

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.shapes import CloudShape, MeshShape

NEIGHBORS = 30  # points that a normal is estimated from, and oriented by
DEPTH = 8  # depth of the octree
MARGIN = 0.1  # distance around the cloud's bounding box at which the surface is cropped


def poisson_surface(cloud: CloudShape) -> MeshShape:
    """Reconstruct a mesh from a cloud, whose normals are estimated.

    Args:
        cloud: more than `NEIGHBORS` points.

    Returns:
        The mesh, in the frame of the cloud.

    Raises:
        BadShape: no surface was found, or the cloud has too few points for normals.
    """
    import open3d as o3d  # takes two seconds to import

    if len(cloud.points) <= NEIGHBORS:
        raise BadShape(f"{len(cloud.points)} points are too few for normals")
    points = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(cloud.points.astype(np.float64)))
    points.estimate_normals(o3d.geometry.KDTreeSearchParamKNN(NEIGHBORS))
    points.orient_normals_consistent_tangent_plane(NEIGHBORS)
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
