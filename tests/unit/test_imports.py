"""Fitting, training and embedding, and the GPU's benchmark, without what a bare machine lacks."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LACKING = (
    "snakemake", "trimesh", "open3d", "pytorch3d", "plotly", "jsonschema", "manifold3d",
    "matplotlib", "yaml", "filelock", "PIL",
)  # fmt: skip

BLOCKER = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LACKING!r}:
            raise ModuleNotFoundError(f"blocked: {{name}}", name=name)

sys.meta_path.insert(0, Blocker())
"""

LIBRARY = """
import inr2vec_core.baselines.registry
import inr2vec_core.baselines.task
import inr2vec_core.encoders.inr2vec
import inr2vec_core.encoders.projected
import inr2vec_core.geometry.queries
import inr2vec_core.geometry.shapes
import inr2vec_core.geometry.surface
import inr2vec_core.inrs.fit_many
import inr2vec_core.inrs.fitting
import inr2vec_core.inrs.siren
import inr2vec_core.io.embeddings
import inr2vec_core.io.sharded_dataset
import inr2vec_core.modalities.occ
import inr2vec_core.modalities.sdf
import inr2vec_core.modalities.udf
import inr2vec_core.models.classifier
import inr2vec_core.models.implicit_decoder
import inr2vec_core.models.inr2vec
import inr2vec_core.models.latent_gan
import inr2vec_core.models.part_decoder
import inr2vec_core.models.transfer
import inr2vec_core.ops.chamfer
import inr2vec_core.reconstruction.evaluate
import inr2vec_core.tasks.autoencoding.task
import inr2vec_core.tasks.classification.retrieval
import inr2vec_core.tasks.classification.task
import inr2vec_core.training.trainer
"""

BENCHMARK = """
import gpu
import gpu_steps.registry
import pack_modelnet10
"""


def run(code):
    """Python with the blocker and this code, in a process that has imported nothing yet."""
    path = f"import sys\nsys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'benchmarks')!r}]\n"
    return subprocess.run(
        [sys.executable, "-c", BLOCKER + path + code], capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("code", [LIBRARY, BENCHMARK], ids=["library", "benchmark"])
def test_nothing_is_imported_that_a_bare_machine_lacks(code):
    done = run(code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code", ["import trimesh", "import open3d", "import snakemake.api", "import manifold3d",
             "import inr2vec_core.shapes.procedural.generate"],
)  # fmt: skip
def test_what_a_bare_machine_lacks_is_blocked(code):
    done = run(code)
    assert done.returncode != 0
    assert "blocked: " in done.stderr


def test_processes_that_sample_start_without_torch():
    done = run("import gpu, gpu_steps.sampler\nassert 'torch' not in sys.modules")
    assert done.returncode == 0, done.stderr
