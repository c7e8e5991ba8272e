"""Which meshes a glTF scene has, and where."""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.meshes.gltf_accessors import Accessors


@dataclass(frozen=True)
class Placed:
    """A mesh as one node places it.

    Attributes:
        mesh: the number of the mesh.
        matrix: (4, 4) float64, from the mesh to the scene.
        skin: the number of the skin that bends it, or None.
        weights: of its morph targets.
    """

    mesh: int
    matrix: np.ndarray
    skin: int | None
    weights: list[float]


def placed_meshes(gltf: dict) -> list[Placed]:
    """The meshes of the scene that the file shows first, once for each node that has them.

    Without any scene, all nodes count.

    Args:
        gltf: the file's JSON.

    Raises:
        BadShape: a node has two parents or is its own ancestor, or copies of a mesh are in an
            extension that is not read.
    """
    nodes, found = gltf.get("nodes", []), []
    for number, matrix in _matrices(gltf).items():
        node = nodes[number]
        if "EXT_mesh_gpu_instancing" in node.get("extensions", {}):
            raise BadShape(
                "uses the glTF extension EXT_mesh_gpu_instancing, which is not read: save each "
                "copy as a node"
            )
        if "mesh" in node:
            mesh = gltf["meshes"][node["mesh"]]
            weights = node.get("weights", mesh.get("weights", []))
            found.append(Placed(node["mesh"], matrix, node.get("skin"), weights))
    return found


def skin_matrices(gltf: dict, skin: int, accessors: Accessors) -> np.ndarray:
    """(J, 4, 4) float64: how each joint of a skin moves the points that it holds.

    Raises:
        BadShape: a joint is not in the scene.
    """
    skin = gltf["skins"][skin]
    matrices = _matrices(gltf)
    if not set(skin["joints"]) <= set(matrices):
        raise BadShape("a joint of a skin is not in the scene")
    joints = np.array([matrices[joint] for joint in skin["joints"]])
    if "inverseBindMatrices" not in skin:
        return joints
    # Columns come first in glTF.
    inverse = accessors.floats(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
    return joints @ inverse


def _matrices(gltf: dict) -> dict[int, np.ndarray]:
    """By number of the node, (4, 4) from it to the scene, parents first."""
    nodes, scenes = gltf.get("nodes", []), gltf.get("scenes", [])
    if scenes:
        roots = scenes[gltf.get("scene", 0)].get("nodes", [])
    else:
        children = {child for node in nodes for child in node.get("children", [])}
        roots = [number for number in range(len(nodes)) if number not in children]
    matrices: dict[int, np.ndarray] = {}
    queue = [(root, np.eye(4)) for root in reversed(roots)]
    while queue:
        number, parent = queue.pop()
        if number in matrices:
            raise BadShape(f"node {number} of its scene has two parents")
        matrices[number] = parent @ _local_matrix(nodes[number])
        children = nodes[number].get("children", [])
        queue += [(child, matrices[number]) for child in reversed(children)]
    return matrices


def _local_matrix(node: dict) -> np.ndarray:
    """(4, 4), from a node to its parent."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    matrix = np.eye(4)
    x, y, z, w = np.array(node.get("rotation", [0, 0, 0, 1]), np.float64)
    length = x * x + y * y + z * z + w * w
    if length > 0:
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        matrix[:3, :3] += 2 / length * (w * cross + cross @ cross)
    matrix[:3, :3] *= np.array(node.get("scale", [1, 1, 1]), np.float64)
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix
