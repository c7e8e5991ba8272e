"""Random walks over the vertices of meshes, as MeshWalker reads them (Lahav & Tal, 2020).

Published: a walk starts at any vertex and goes on to an unvisited neighbor. Where there is none, it
goes back, step by step, the way it came. Where that leads nowhere either, it jumps to another
vertex. The network reads displacements, in the authors' code times 100; for ModelNet40 alone that
code sets the vertices' coordinates in their place.

Not published: a walk that goes back skips dead ends from which it has gone back before, and it
jumps as soon as all that it can reach is visited. Meshes get evenly spread vertices (`graph_of`);
the published ones are simplified by quadrics, whose long edges in flat places distinguish a
modeled shape from a reconstructed one.
"""

from dataclasses import dataclass

import numpy as np

from inr2vec_core.geometry.augmentation import distort
from inr2vec_core.geometry.shapes import MeshShape
from inr2vec_core.ops.numba_jit import compiled

SCALE = 100  # of displacements; InstanceNorm's epsilon is then nothing beside their variance
CACHED = 20_000  # meshes


@dataclass(frozen=True)
class Graph:
    """Vertices, each with its neighbors.

    Attributes:
        vertices: (V, 3) float32.
        first: (V + 1,) int32, where each vertex's neighbors start.
        neighbors: (E,) int32; `neighbors[first[i] : first[i + 1]]` are those of i, ascending.
    """

    vertices: np.ndarray
    first: np.ndarray
    neighbors: np.ndarray


class WalkInput:
    """Displacements along random walks over a mesh.

    Args:
        steps: number of vertices of a walk.
        walks: number of walks over a test shape, whose class scores are averaged.
        cell: side of the cubes of `graph_of`; a shape's graph is kept for the next walk.
    """

    form = MeshShape

    def __init__(self, steps: int, walks: int, cell: float):
        self.steps, self.walks, self.cell = steps, walks, cell
        self._graphs: dict[str, Graph] = {}

    def augmented(self, shape_id: str, shape: MeshShape, rng: np.random.Generator) -> np.ndarray:
        """A walk to train on, over the stretched mesh.

        Args:
            shape_id: the shape's id.
            shape: the mesh.
            rng: of the walk and of the stretching.

        Returns:
            (steps, 3) float32.
        """
        return distort(self.plain(shape_id, shape, rng), rng, jitter=0).astype(np.float32)

    def plain(self, shape_id: str, shape: MeshShape, rng: np.random.Generator) -> np.ndarray:
        """A walk over the mesh as it is.

        Args:
            shape_id: the shape's id.
            shape: the mesh.
            rng: of the walk.

        Returns:
            (steps, 3) float32.
        """
        return self._displacements(self._graph(shape_id, shape), rng)

    def views(self, shape_id: str, shape: MeshShape, rng: np.random.Generator) -> np.ndarray:
        """Walks to test on.

        Args:
            shape_id: the shape's id.
            shape: the mesh.
            rng: of the walks.

        Returns:
            (walks, steps, 3) float32.
        """
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
            graph = self._graphs[shape_id] = graph_of(shape, self.cell)
        return graph


def random_walk(graph: Graph, steps: int, rng: np.random.Generator) -> np.ndarray:
    """A random walk; once all vertices are visited, all count as unvisited again.

    Args:
        graph: what to walk over.
        steps: number of vertices of the walk.
        rng: the random stream.

    Returns:
        (steps,) int32, numbers of vertices.
    """
    return _walk(graph.first, graph.neighbors, rng.random(steps))


def graph_of(mesh: MeshShape, cell: float) -> Graph:
    """A mesh as evenly spread vertices, however its surface is cut into triangles.

    The vertices of each cube of a grid become one, at their mean, as in vertex clustering
    (Rossignac & Borrel, 1993); large faces are subdivided first. Vertices are neighbors where a
    face joins them.

    Args:
        mesh: the mesh.
        cell: side of the cubes, in units of the shape's sphere; about the length of an edge.

    Returns:
        The graph.
    """
    from trimesh.remesh import subdivide_to_size  # takes most of a second to import

    vertices, faces = subdivide_to_size(mesh.vertices.astype(np.float64), mesh.faces, cell / 2)
    _, index = np.unique(np.floor(vertices / cell).astype(int), axis=0, return_inverse=True)
    index = index.reshape(-1)
    count = np.bincount(index)
    means = np.stack([np.bincount(index, axis) / count for axis in vertices.T], 1)
    a, b, c = index[faces].T
    starts, ends = np.concatenate([a, b, b, c, c, a]), np.concatenate([b, a, c, b, a, c])
    joined = (starts * len(count) + ends)[starts != ends]
    starts, ends = np.divmod(np.unique(joined), len(count))
    return Graph(
        means.astype(np.float32),
        np.searchsorted(starts, np.arange(len(count) + 1)).astype(np.int32),
        ends.astype(np.int32),
    )


@compiled
def _walk(first, neighbors, uniform):
    """A walk by one number in [0, 1) for each step: (V + 1,), (E,), (steps,) -> (steps,) int32."""
    every = np.arange(len(first) - 1).astype(np.int32)
    visited = np.zeros(len(every), np.bool_)
    walk, path = np.empty((2, len(uniform)), np.int32)
    n = 0  # vertices of the path back
    for step in range(len(uniform)):
        new = -1
        if n > 0:
            here = path[n - 1]
            around = neighbors[first[here] : first[here + 1]]
            new = _unvisited(around, visited, uniform[step])
        if new < 0 and _leads_on(first, neighbors, visited, path[:n]):
            n -= 1
            walk[step] = path[n - 1]
            continue
        if new < 0:
            n = 0
            new = _unvisited(every, visited, uniform[step])
        if new < 0:
            visited[:] = False
            new = _unvisited(every, visited, uniform[step])
        visited[new] = True
        walk[step] = path[n] = new
        n += 1
    return walk


@compiled
def _leads_on(first, neighbors, visited, path):
    """Whether a vertex of the path back has an unvisited neighbor."""
    for i in range(len(path) - 1, -1, -1):
        for k in range(first[path[i]], first[path[i] + 1]):
            if not visited[neighbors[k]]:
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
