"""How much sets of generated shapes are like a set of reference shapes, in the field's figures."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from .metrics import set_scores
from .occupancy import occupancy_divergence
from .pairwise import Clouds, chamfer_matrix, earth_movers_matrix

# Names and units in which the literature prints them (Yang et al. 2019, PointFlow).
_PRINTED = {"mmd": "MMD", "coverage": "COV", "1nna": "1-NNA"}
_UNITS = {"MMD-CD": ("MMD-CD x1000", 1000), "MMD-EMD": ("MMD-EMD x100", 100)}


class Reference:
    """Reference shapes, their distances from one another computed once.

    Args:
        clouds: (n, 3) each, none of them missing.
        emd_points: of each cloud, that the earth mover's distance matches.
    """

    def __init__(self, clouds: Sequence[np.ndarray], emd_points: int):
        self.clouds = clouds
        self._matrices = {
            "CD": chamfer_matrix,
            "EMD": partial(earth_movers_matrix, points=emd_points),
        }
        self._within = {name: matrix(clouds, clouds) for name, matrix in self._matrices.items()}

    def scores(self, generated: Clouds) -> dict[str, float]:
        """Figures of a set of generated shapes.

        Where the sets' sizes differ, as many shapes of each as the smaller has are compared.

        Returns:
            "MMD-CD x1000" and "MMD-EMD x100" (mean squared and mean distance in units of the
            sphere); "COV-CD", "COV-EMD", "1-NNA-CD", "1-NNA-EMD" and "found", how many could be
            rebuilt, in percent; "JSD x100", 100 where no shape could be.
        """
        n = min(len(generated), len(self.clouds))
        generated, reference = generated[:n], self.clouds[:n]
        out = {}
        for distance, matrix in self._matrices.items():
            within = self._within[distance][:n, :n]
            scores = set_scores(matrix(generated, reference), matrix(generated, generated), within)
            for name, value in scores.items():
                key = f"{_PRINTED[name]}-{distance}"
                key, factor = _UNITS.get(key, (key, 100))
                out[key] = factor * value
        found = [cloud for cloud in generated if cloud is not None]
        out["JSD x100"] = 100 * (occupancy_divergence(found, reference) if found else 1.0)
        return out | {"found": 100 * len(found) / n}
