"""Random walks over the vertices of meshes, as MeshWalker reads them (Lahav & Tal, 2020).

Published: a walk starts at any vertex; goes on to an unvisited neighbour; where there is none goes
back, step by step, the way it came; and where that leads nowhere either, jumps to another vertex.
Meshes are simplified first, and what is read are displacements, in the authors' code times 100.
Not published: a walk that goes back passes by dead ends that it went back from before, and it
jumps as soon as all that it can reach is visited.
"""

from dataclasses import dataclass

import numpy as np

from ..clouds import distort
from ..compiling import compiled
from ..errors import InputError
from ..geometry import MeshShape

SCALE = 100  # of displacements; InstanceNorm's epsilon is then nothing beside their variance
CACHED = 20_000  # meshes


@dataclass(frozen=True)
class Graph:
    """Vertices of a mesh that have faces, each with its neighbours.

    Attributes:
        vertices: (V, 3) float32.
        first: (V + 1,) int32. neighbours: (E,) int32; those of vertex i are
            `neighbours[first[i] : first[i + 1]]`, ascending.
    """

    vertices: np.ndarray
    first: np.ndarray
    neighbours: np.ndarray


class WalkInput:
    """Displacements along random walks over a mesh.

    Args:
        steps: vertices of a walk.
        walks: over each test shape, whose class scores are averaged.
        faces: meshes of more are simplified to about so many, once each: they are kept by name.
    """

    form = MeshShape

    def __init__(self, steps: int, walks: int, faces: int):
        self.steps, self.walks, self.faces = steps, walks, faces
        self._graphs: dict[str, Graph] = {}

    def augmented(self, shape_id: str, shape: MeshShape, rng: np.random.Generator) -> np.ndarray:
        """A walk to train on, over the stretched mesh: (steps, 3) float32."""
        walk = self._displacements(self._graph(shape_id, shape), rng)
        return distort(walk, rng, jitter=0).astype(np.float32)

    def views(self, shape_id: str, shape: MeshShape, rng: np.random.Generator) -> np.ndarray:
        """Walks to test on: (walks, steps, 3) float32."""
        graph = self._graph(shape_id, shape)
        return np.stack([self._displacements(graph, rng) for _ in range(self.walks)])

    def _displacements(self, graph: Graph, rng: np.random.Generator) -> np.ndarray:
        """From each vertex of a random walk to the next, 0 at first: (steps, 3)."""
        places = graph.vertices[random_walk(graph, self.steps, rng)]
        return np.diff(places, axis=0, prepend=places[:1]) * np.float32(SCALE)

    def _graph(self, shape_id: str, shape: MeshShape) -> Graph:
        graph = self._graphs.get(shape_id)
        if graph is None:
            if len(self._graphs) >= CACHED:
                self._graphs.clear()
            graph = self._graphs[shape_id] = graph_of(shape_id, shape, self.faces)
        return graph


def random_walk(graph: Graph, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Vertices of a walk, (steps,) int32; once all are visited, they all count as unvisited."""
    return _walk(graph.first, graph.neighbours, rng.random(steps))


def graph_of(shape_id: str, shape: MeshShape, faces: int) -> Graph:
    """The edges of a mesh, simplified to about so many faces where it has more.

    Equal vertices are one.

    Raises:
        InputError: no face has three different corners.
    """
    vertices, index = np.unique(shape.vertices, axis=0, return_inverse=True)
    triangles = _proper(index.reshape(-1)[shape.faces])
    if len(triangles) > faces:
        vertices, triangles = _simplified(vertices, triangles, faces)
        triangles = _proper(triangles)
    if len(triangles) == 0:
        raise InputError(f"{shape_id}: none of its faces has three different corners to walk along")
    used, index = np.unique(triangles, return_inverse=True)
    a, b, c = index.reshape(-1, 3).T
    starts, ends = np.concatenate([a, b, b, c, c, a]), np.concatenate([b, a, c, b, a, c])
    starts, ends = np.divmod(np.unique(starts * len(used) + ends), len(used))
    return Graph(
        vertices[used].astype(np.float32),
        np.searchsorted(starts, np.arange(len(used) + 1)).astype(np.int32),
        ends.astype(np.int32),
    )


def _proper(faces: np.ndarray) -> np.ndarray:
    a, b, c = faces.T
    return faces[(a != b) & (b != c) & (c != a)]


def _simplified(
    vertices: np.ndarray, faces: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Quadric decimation (Garland & Heckbert, 1997), as published."""
    import open3d as o3d  # takes two seconds to import

    mesh = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(vertices.astype(np.float64)),
        o3d.utility.Vector3iVector(faces.astype(np.int32)),
    ).simplify_quadric_decimation(most)
    return np.asarray(mesh.vertices), np.asarray(mesh.triangles)


@compiled
def _walk(first, neighbours, uniform):
    """A walk by one number in [0, 1) for each step: (V + 1,), (E,), (steps,) -> (steps,) int32."""
    every = np.arange(len(first) - 1).astype(np.int32)
    visited = np.zeros(len(every), np.bool_)
    walk, way = np.empty((2, len(uniform)), np.int32)
    n = 0  # vertices of the way back
    for step in range(len(uniform)):
        new = -1
        if n > 0:
            here = way[n - 1]
            around = neighbours[first[here] : first[here + 1]]
            new = _unvisited(around, visited, uniform[step])
        if new < 0 and _leads_on(first, neighbours, visited, way[:n]):
            n -= 1
            walk[step] = way[n - 1]
            continue
        if new < 0:
            n = 0
            new = _unvisited(every, visited, uniform[step])
        if new < 0:
            visited[:] = False
            new = _unvisited(every, visited, uniform[step])
        visited[new] = True
        walk[step] = way[n] = new
        n += 1
    return walk


@compiled
def _leads_on(first, neighbours, visited, way):
    """Whether a vertex of the way back has an unvisited neighbour."""
    for i in range(len(way) - 1, -1, -1):
        for k in range(first[way[i]], first[way[i] + 1]):
            if not visited[neighbours[k]]:
                return True
    return False


@compiled
def _unvisited(vertices, visited, uniform):
    """One of the unvisited vertices, all as likely; -1 where there is none."""
    count = 0
    for vertex in vertices:
        count += not visited[vertex]
    place = int(uniform * count)
    for vertex in vertices:
        if not visited[vertex]:
            if place == 0:
                return vertex
            place -= 1
    return -1
