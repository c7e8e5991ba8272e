"""What the small INRs of these tests are, and how they were fitted."""

from inr2vec_core.inrs.siren_config import SirenConfig

SIREN = SirenConfig(8, 2)
FIT = {"steps": 3, "queries": 16, "lr": 0.1, "loss": "bce", "precision": "float32", "copies": True}
QUERIES = {"per_shape": 64, "sigmas": [0.0, 0.1], "shares": [1, 2], "uniform": 3, "near": 0.0}
SHAPES = {"points": 50, "voxels": {"resolution": 9, "solid": False}, "open_meshes": "winding",
          "side": "complete", "frame": "own"}  # fmt: skip
