"""What holds for every encoder, and how one is found."""

from pathlib import Path

import pytest
import torch

from inr2vec_core import encoders
from inr2vec_core.encoders import encoder_class, known_types, option_names
from inr2vec_core.errors import InputError
from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.inr2vec import build_encoder
from workflow_scripts.common.config import ConfigError, complete_config

SHAPE = SirenConfig(16, 3)


@pytest.fixture(
    params=[*((name, {}) for name in known_types()), ("projected", {"rank": 4})], ids=str
)
def encoder(request):
    torch.manual_seed(0)
    name, options = request.param
    entry = {"type": name, "hidden": [12, 10], "embedding": 5, "options": options}
    return build_encoder(entry, SHAPE)


def test_an_embedding_for_each_inr_by_itself(encoder):
    flat = torch.randn(6, SHAPE.n_parameters)
    together = encoder.eval()(flat)
    assert together.shape == (6, 5)
    torch.testing.assert_close(encoder(flat[2:3]), together[2:3], rtol=1e-4, atol=1e-5)


def test_every_parameter_learns(encoder):
    flat = torch.randn(6, SHAPE.n_parameters)
    # Of centered outputs: a sum would say nothing of what stands before a BatchNorm.
    (encoder.train()(flat) * torch.randn(6, 5)).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_the_papers_inrs_within_ten_million_parameters():
    for name in ("inr2vec", "projected"):
        entry = {"type": name, "hidden": [512], "embedding": 1024}
        size = sum(p.numel() for p in build_encoder(entry, SirenConfig(512, 4)).parameters())
        assert size < 10e6, name


def test_one_that_is_not_there_is_named():
    with pytest.raises(InputError, match=f"'os'.*there are {', '.join(known_types())}"):
        encoder_class("os")


def test_a_file_without_an_encoder_is_named(monkeypatch):
    monkeypatch.setattr(encoders, "known_types", lambda: ["projected"])
    monkeypatch.delattr("inr2vec_core.encoders.projected.Encoder")
    with pytest.raises(InputError, match=r"projected\.py defines no class Encoder"):
        encoder_class("projected")


@pytest.mark.parametrize(
    "options", [{"rnak": 4}, {"rank": "4"}, {"rank": 0}, {"rank": 2.5}], ids=str
)
def test_options_that_cannot_be_are_named(options):
    entry = {"type": "projected", "hidden": [8], "embedding": 4, "options": options}
    with pytest.raises(InputError, match=r"type projected.*(rnak|rank|size|4|2\.5)"):
        build_encoder(entry, SHAPE)


def test_options_are_known_without_importing_the_file(tmp_path, monkeypatch):
    assert option_names("inr2vec") == {"differences"}
    assert option_names("projected") == {"rank", "dropout"}
    monkeypatch.setattr(encoders, "__file__", str(tmp_path / "__init__.py"))
    head = "import nothing_there\nclass Encoder:\n    "
    (tmp_path / "any.py").write_text(f"{head}def __init__(self, siren, hidden, embedding, **kw): 0")
    (tmp_path / "inherits.py").write_text(f"{head}pass")
    (tmp_path / "keywords.py").write_text(
        f"{head}def __init__(self, siren, hidden, embedding, a=1, *, b): 0"
    )
    (tmp_path / "elsewhere.py").write_text("from nothing_there import Other as Encoder")
    (tmp_path / "assigned.py").write_text("from nothing_there import Other\nEncoder = Other")
    found = [option_names(name) for name in ("any", "inherits", "keywords")]
    assert found == [None, None, {"a", "b"}]
    assert option_names("elsewhere") is option_names("assigned") is None


def test_a_broken_file_is_named_without_importing_it(tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "other.py").write_text("class Encodr: pass\n")
    (tmp_path / "broken.py").write_text("\nclass Encoder(:\n")
    with pytest.raises(InputError, match=r"/other\.py defines no class Encoder: add it"):
        option_names("other")
    with pytest.raises(InputError, match=r"/broken\.py, line 2: invalid syntax"):
        option_names("broken")
    schema = Path(__file__).parents[3] / "schemas" / "config.schema.yaml"
    config = {
        "datasets": {"d": {"reader": "procedural"}},
        "inrs": {"i": {}},
        "encoders": {"e": {"type": "broken"}, "f": {"type": "other"}},
    }
    with pytest.raises(ConfigError) as error:
        complete_config(config, schema)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("  encoders.e.type: ") and "broken.py, line 2" in lines[0]
    assert lines[1].startswith("  encoders.f.type: ") and len(lines) == 2
