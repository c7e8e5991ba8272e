"""Repair of meshes in thousands of pieces, beside a search for cavities that asks every pair.

python benchmarks/mesh_repair.py [--pieces 5000] [--repeats 3] [--without-pairs]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import trimesh

from inr2vec_core.geometry import mesh_repair
from inr2vec_core.geometry.libigl import igl_arrays, igl_module
from inr2vec_core.geometry.mesh_topology import Pieces
from inr2vec_core.geometry.raw import Mesh

BALL = trimesh.creation.icosahedron()


def ball(at, radius: float, inward: bool = False, missing: int = 0):
    """Vertices and faces of an icosahedron, perhaps turned inward or without its first faces."""
    faces = BALL.faces[missing:, ::-1] if inward else BALL.faces[missing:]
    return np.asarray(BALL.vertices) * radius + at, faces


def house(cuts: int, missing: int):
    """A box of side 2 whose faces are cut in four again and again."""
    solid = trimesh.creation.box((2, 2, 2))
    for _ in range(cuts):
        solid = solid.subdivide()
    return np.asarray(solid.vertices), solid.faces[missing:]


def mesh_of(solids) -> Mesh:
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in solids)])
    faces = [f + start for (_, f), start in zip(solids, starts[:-1], strict=True)]
    return Mesh(np.concatenate([v for v, _ in solids]), np.concatenate(faces).astype(np.int64))


def lattice(n: int) -> np.ndarray:
    side = int(np.ceil(n ** (1 / 3)))
    return np.stack(np.meshgrid(*[np.arange(side)] * 3), -1).reshape(-1, 3)[:n].astype(float)


def furnished(n: int, cuts: int, missing: int, houses: int = 1) -> Mesh:
    """Houses in one another with small pieces in them, half of which face inward."""
    rng = np.random.default_rng(0)
    solids = []
    for k in range(houses):
        vertices, faces = house(cuts, missing)
        solids.append((vertices * (1 - k / 100), faces))
    for _ in range(n - houses):
        at, radius = rng.uniform(-0.6, 0.6, 3), rng.uniform(0.003, 0.006)
        solids.append(ball(at, radius, rng.random() < 0.5, missing))
    return mesh_of(solids)


def hollow_balls(n: int) -> Mesh:
    return mesh_of([b for at in lattice(n // 2) for b in (ball(at, 0.4), ball(at, 0.2, True))])


def clutter(n: int) -> Mesh:
    """Open pieces of all sizes whose boxes overlap, half of which face inward."""
    rng = np.random.default_rng(0)
    where = rng.uniform(-1, 1, (n, 3))
    return mesh_of([ball(at, rng.uniform(0.03, 0.3), rng.random() < 0.45, 1) for at in where])


MESHES = {
    "balls beside one another": lambda n: mesh_of([ball(at, 0.45) for at in lattice(n)]),
    "hollow balls": hollow_balls,
    "a closed house, half of its pieces inward": lambda n: furnished(n, 2, 0),
    "an open house, half of its pieces inward": lambda n: furnished(n, 2, 1),
    "an open house of 49,151 faces": lambda n: furnished(n // 2, 6, 1),
    "forty open houses in one another": lambda n: furnished(n, 1, 1, 40),
    "open pieces that overlap": clutter,
    "balls that overlap, united": lambda n: mesh_of([ball(at, 0.6) for at in lattice(n)]),
}


def owners_by_pairs(mesh: Mesh, pieces: Pieces, volume: np.ndarray) -> np.ndarray:
    """As `owners_of_cavities`, asking each inward piece about each other."""
    owner = np.arange(pieces.number)
    for cavity in np.flatnonzero(volume < 0):
        held = (pieces.low <= pieces.low[cavity]) & (pieces.high >= pieces.high[cavity])
        around = np.flatnonzero(held.all(axis=1) & (volume > 0))
        rows = pieces.faces(cavity)
        probes = mesh.vertices[mesh.faces[rows[:: max(1, len(rows) // 5)]]].mean(axis=1)
        for piece in around[np.argsort(volume[around], kind="stable")]:
            solid = igl_arrays(mesh.vertices, mesh.faces[pieces.faces(piece)])
            if np.median(np.abs(igl_module().winding_number(*solid, probes))) > 0.5 + 1e-9:
                owner[cavity] = piece
                break
    return owner


def seconds(mesh: Mesh, owners, repeats: int) -> tuple[float, Mesh, str]:
    """The median time of a repair that finds owners with a function, and what it returns."""
    mesh_repair.owners_of_cavities = owners
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        closed, repair_status = mesh_repair.close_mesh(mesh)
        times.append(time.perf_counter() - start)
    return statistics.median(times), closed, repair_status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--without-pairs", action="store_true")
    args = parser.parse_args()
    ours = mesh_repair.owners_of_cavities
    seconds(MESHES["balls that overlap, united"](8), ours, 1)  # imports
    columns = ["mesh", "faces", "status", "seconds"]
    columns += [] if args.without_pairs else ["by pairs", "ratio"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name, make in MESHES.items():
        mesh = make(args.pieces)
        took, closed, repair_status = seconds(mesh, ours, args.repeats)
        row = f"| {name} | {len(mesh.faces):,} | {repair_status} | {took:.2f} |"
        if not args.without_pairs:
            slow, same, _ = seconds(mesh, owners_by_pairs, 1)
            assert np.array_equal(closed.vertices, same.vertices)
            assert np.array_equal(closed.faces, same.faces)
            row += f" {slow:.2f} | {slow / took:.0f} |"
        print(row, flush=True)


if __name__ == "__main__":
    main()
