"""What the documents name is there."""

import re
from pathlib import Path

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.geometry.frames import normalize
from inr2vec_core.inrs.shared_init import SharedInit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.io.checkpoints import save_model
from inr2vec_core.models.inr2vec import build_inr2vec

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)
# A path of the project in backticks or as the target of a link; those with <> or * stand for many.
NAMED = re.compile(
    r"(?:`|\]\()((?:\.\./)*(?:inr2vec_core|rules|workflow_scripts|tests|benchmarks|docs|configs|"
    r"schemas|profiles|envs|report)/[\w./-]*)(?=`|\))"
)
MADE_BY_READERS = {"inr2vec_core/encoders/my_encoder.py"}


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name != "CHANGELOG.md"])
def test_files_that_a_document_names_are_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {path.replace("../", "") for path in NAMED.findall(text)} - MADE_BY_READERS
    missing = sorted(path for path in named if not (ROOT / path).exists())
    assert not missing, f"{document} names {missing}"


def test_documents_name_files_at_all():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 20


def test_the_readmes_library_example_runs(tmp_path, monkeypatch, rng):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    model = re.search(r'path = "(.*?)"', example)[1]
    architecture = {
        "type": "inr2vec", "hidden": [8], "embedding": 256, "decoder_hidden": 8,
        "decoder_frequencies": 2, "field": "udf", "siren": {"width": 64, "depth": 4},
    }  # fmt: skip
    monkeypatch.chdir(tmp_path)
    siren = SirenConfig(64, 4)
    rates = np.full(siren.n_parameters, 0.01, np.float32)
    init = SharedInit(
        Path("init"),
        siren,
        initial_weights(siren, 0),
        rates,
        2,
        64,
    )
    beside, first_steps = init.beside_a_model()
    save_model(build_inr2vec(architecture), architecture, model, beside, first_steps=first_steps)
    for text, smaller in (("2_560", "128"), ("8192", "8")):
        assert text in example
        example = example.replace(text, smaller)
    clouds = [normalize(rng.standard_normal((100, 3))) for _ in range(3)]
    names = {"clouds": clouds}
    # An untrained decoder has no surface, which only the last line would notice.
    *lines, last = example.strip().split("\n")
    assert last.startswith("cloud = udf.reconstruct(")
    exec("\n".join(lines), names)
    assert names["embeddings"].shape == (3, 256)
    with pytest.raises(BadShape, match="points after"):
        exec(last, names)
