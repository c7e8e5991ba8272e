"""Unite the solids of named parts into one surface that has a part for each face."""

from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold, OpType


@dataclass(frozen=True)
class LabeledMesh:
    """A closed triangle mesh with a part for every face.

    Attributes:
        vertices: (V, 3) float64, y up, in the shape's own units.
        faces: (F, 3) int64 vertex indices, counter-clockwise seen from outside.
        face_parts: (F,) int64 indices into the class's `PARTS`.
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_parts: np.ndarray


class Dice:
    """The few ways in which the class builders draw their random choices."""

    def __init__(self, rng: np.random.Generator):
        self._rng = rng

    def between(self, low: float, high: float) -> float:
        """Draw a length, ratio or angle, uniform in [low, high)."""
        return float(self._rng.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """Draw True with this probability."""
        return bool(self._rng.random() < probability)

    def pick(self, *options):
        """Draw one of the options, all equally likely; one that is repeated is more likely."""
        return options[int(self._rng.integers(len(options)))]


class Assembly:
    """Solids gathered by part name, then united."""

    def __init__(self, pose: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        """Start with no solids.

        Args:
            pose: degrees that the whole is turned by at the end, about x, then y, then z.
        """
        self._pose = pose
        self._solids: dict[str, list[Manifold]] = {}

    def add(self, part: str, *solids: Manifold) -> None:
        """Add solids.

        Args:
            part: the name of their part.
            *solids: the solids.
        """
        self._solids.setdefault(part, []).extend(solids)

    def mesh(self, parts: tuple[str, ...], turn: float) -> LabeledMesh:
        """Unite all solids.

        Args:
            parts: the names of the class's parts.
            turn: degrees that the whole is turned by about the vertical, after its pose.

        Returns:
            One closed surface; `face_parts` are indices into `parts`.
        """
        owner: dict[int, int] = {}
        pieces = []
        for part, solids in self._solids.items():
            # A union as its own original: faces then trace back to one id for each part.
            piece = Manifold.batch_boolean(solids, OpType.Add).as_original()
            owner[piece.original_id()] = parts.index(part)
            pieces.append(piece)
        whole = _without_hollows(Manifold.batch_boolean(pieces, OpType.Add))
        return _labeled(whole.rotate(self._pose).rotate((0, turn, 0)), owner)


def _without_hollows(whole: Manifold) -> Manifold:
    """Fill hollows that the parts enclose: their faces are not seen and belong to no part."""
    shells = whole.decompose()
    # Above zero by a margin: faces that nearly coincide can leave a stray sliver behind.
    outer = [shell for shell in shells if shell.volume() > 1e-4 * whole.volume()]
    return whole if len(outer) == len(shells) else Manifold.compose(outer)


def _labeled(whole: Manifold, owner: dict[int, int]) -> LabeledMesh:
    mesh = whole.to_mesh64()
    run_lengths = np.diff(np.asarray(mesh.run_index, dtype=np.int64)) // 3
    run_parts = np.array([owner[int(run)] for run in mesh.run_original_id], dtype=np.int64)
    return LabeledMesh(
        vertices=np.array(mesh.vert_properties[:, :3], dtype=np.float64),
        faces=np.array(mesh.tri_verts, dtype=np.int64),
        face_parts=np.repeat(run_parts, run_lengths),
    )
