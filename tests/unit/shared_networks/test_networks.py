"""What holds for every shared network: its published size, its codes, what its file says."""

import ast
import re
from pathlib import Path

import pytest
import torch

from inr2vec_core import shared_networks
from inr2vec_core.errors import InputError
from inr2vec_core.shared_networks import known_types, network_class, option_names, published
from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork

# Counted from the authors' code, without the codes of training shapes.
PARAMETERS = {
    # Points 3 -> 1024, five blocks (1024 -> 512 -> 512 and 1024 -> 512 without bias), 512 -> 512;
    # queries 3 -> 256, eleven scales and shifts 512 -> 256, ten layers of 256, 256 -> 1.
    "occupancy_networks": 6_825_472 + 3_548_417,
    # 259 -> 512, 512 twice, 512 -> 253, 512 four times, each row with a scale; 512 -> 1.
    "deepsdf": 1_843_195,
    # 3 -> 512, 13 layers of 512, 512 -> 1; 128 -> 14 * 512 shifts; 128 rates.
    "latent_modulated_siren": 3_417_089 + 924_672 + 128,
}
SMALL = {
    "occupancy_networks": {"encoder_hidden": 8, "hidden": 8, "points": 6},
    "deepsdf": {"hidden": 16, "layers": 4, "test_steps": 5, "test_queries": 8},
    "latent_modulated_siren": {"hidden": 8, "layers": 4},
}
EMBEDDING, SHAPES = 5, 7
BEFORE_A_NORM = re.compile(r"decoder\.(first|blocks\.\d\.layers\.\d)\.bias")


@pytest.fixture(params=sorted(SMALL))
def network(request) -> SharedNetwork:
    torch.manual_seed(0)
    made = network_class(request.param)(SHAPES, EMBEDDING, **SMALL[request.param])
    for p in made.parameters():  # so that nothing is at a start where it has no effect
        p.data += 0.05 * torch.randn_like(p)
    return made


def batch_of(network, n=4, q=12):
    like = next(network.parameters())
    coords = 2 * torch.rand(n, q, 3).to(like) - 1
    points = torch.rand(n, network.points or 1, 3).to(like)
    return ShapeBatch(coords, coords.norm(dim=2).clamp(0, 1), points, torch.arange(n))


def some(batch, index):
    parts = (batch.coords, batch.labels, batch.points, batch.rows)
    return ShapeBatch(*(part[index] for part in parts))


def test_these_are_all():
    assert known_types() == sorted(PARAMETERS) == sorted(SMALL)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_published_sizes_have_the_authors_numbers_of_parameters(name):
    with torch.device("meta"):
        made = network_class(name)(3, published(name)["embedding"])
    assert made.n_parameters() == PARAMETERS[name]


def test_a_code_gives_logits_at_queries(network):
    logits = network(torch.randn(3, EMBEDDING), torch.rand(3, 12, 3))
    assert logits.shape == (3, 12)
    assert logits.std() > 0


def test_a_training_step_moves_every_parameter_that_it_should(network):
    before = {name: p.clone() for name, p in network.named_parameters()}
    groups = network.parameter_groups(1e-2)
    assert sum(p.numel() for group in groups for p in group["params"]) == sum(
        p.numel() for p in network.parameters()
    )
    optimizer = torch.optim.SGD(groups)
    network.train().training_loss(batch_of(network)).backward()
    optimizer.step()
    still = [name for name, p in network.named_parameters() if torch.equal(p, before[name])]
    # What is added to all queries alike, the next BatchNorm takes off again.
    assert not [name for name in still if not BEFORE_A_NORM.fullmatch(name)]


def test_training_lowers_the_loss(network):
    network.train()
    batch = batch_of(network)
    optimizer = torch.optim.Adam(network.parameter_groups(1e-3))
    losses = []
    for _ in range(60):
        loss = network.training_loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert min(losses[-5:]) < 0.9 * losses[0]


@torch.no_grad()
def test_a_new_shapes_code_does_not_depend_on_the_others(network):
    network.double().eval()
    batch = batch_of(network)
    together = network.represent(batch, seed=3)
    assert together.shape == (4, EMBEDDING)
    assert (together[0] - together[1]).abs().max() > 1e-6
    alone = torch.cat([network.represent(some(batch, [k]), seed=3) for k in range(4)])
    torch.testing.assert_close(alone, together, atol=1e-9, rtol=1e-9)
    assert not together.requires_grad


@torch.no_grad()
def test_representing_changes_no_parameter(network):
    network.eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network.represent(batch_of(network))
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_published_training_is_plain_and_complete():
    for name in known_types():
        assert set(published(name)) == {
            "embedding", "queries", "batch", "lr", "schedule", "epochs"
        }  # fmt: skip
    assert option_names("deepsdf") == {"hidden", "layers", "dropout", "test_steps", "test_queries"}


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(shared_networks, "_file_of", lambda name: tmp_path / f"{name}.py")
    return tmp_path


@pytest.mark.parametrize("text, read, message", [
    ("PUBLISHED = {}\n", option_names, "defines no class Network"),
    ("class Network: pass\n", published, "defines no PUBLISHED"),
    ("\nPUBLISHED = {'lr': 1 / 3}\n", published, "line 2: PUBLISHED must be"),
    ("PUBLISHED = (\n", published, "line 1"),
])  # fmt: skip
def test_a_bad_file_is_named(folder, text, read, message):
    (folder / "mine.py").write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read("mine")
    assert "mine.py" in str(error.value)


def test_no_other_file_is_ever_imported():
    with pytest.raises(InputError, match="no shared network '_base'"):
        network_class("_base")


def test_rule_files_find_networks_without_torch():
    tree = ast.parse(Path(shared_networks.__file__).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not any("torch" in name or "_base" in name for name in names)
