"""MeshWalker: features of walks."""

import pytest
import torch

from inr2vec_core.baselines.meshwalker import MeshWalkerEncoder, meshwalker_head


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def some_walks(b, steps, seed=0):
    return torch.randn(b, steps, 3, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return MeshWalkerEncoder(16).eval()


def test_parameters_at_the_published_sizes():
    vertices = 3 * 128 + 2 * 128 + 128 * 256 + 2 * 256
    # Reset, update and candidate: weights of inputs and of states, and two biases.
    walks = 3 * (1024 * (256 + 1024 + 2) + 1024 * (1024 + 1024 + 2) + 512 * (1024 + 512 + 2))
    encoder = MeshWalkerEncoder()
    assert encoder.width == 512
    assert parameters(encoder) == vertices + walks
    assert parameters(meshwalker_head(512, 40)) == 512 * 40 + 40


@pytest.mark.parametrize("b, steps", [(1, 2), (3, 7)])
def test_features_by_the_equations(encoder, b, steps):
    walks = some_walks(b, steps)
    x = walks
    for layer in (0, 3):
        convolution, norm = encoder.vertices[layer : layer + 2]
        norm.weight.data.uniform_(0.5, 2)
        norm.bias.data.uniform_(-1, 1)
        x = x @ convolution.weight[:, :, 0].T
        x = (x - x.mean(1, keepdim=True)) / (x.var(1, False, keepdim=True) + norm.eps).sqrt()
        x = (x * norm.weight + norm.bias).relu()
    for gru in encoder.walks:
        state, states = torch.zeros(b, gru.hidden_size), []
        for step in range(steps):
            of_input = x[:, step] @ gru.weight_ih_l0.T + gru.bias_ih_l0
            of_state = state @ gru.weight_hh_l0.T + gru.bias_hh_l0
            (r, z, n), (hr, hz, hn) = of_input.chunk(3, 1), of_state.chunk(3, 1)
            update = (z + hz).sigmoid()
            state = (1 - update) * (n + (r + hr).sigmoid() * hn).tanh() + update * state
            states.append(state)
        x = torch.stack(states, 1)
    assert encoder.width == 8 and state.shape == (b, 8)
    torch.testing.assert_close(encoder(walks), state, atol=1e-5, rtol=1e-4)


def test_the_size_of_a_shape_does_not_matter(encoder):
    walks = 100 * some_walks(2, 20)
    torch.testing.assert_close(encoder(walks), encoder(0.3 * walks), atol=1e-4, rtol=1e-3)


def test_the_order_of_steps_matters(encoder):
    walks = some_walks(2, 20)
    assert (encoder(walks) - encoder(walks.flip(1))).abs().max() > 1e-3


def test_walks_of_a_batch_do_not_depend_on_each_other(encoder):
    walks = some_walks(3, 20)
    torch.testing.assert_close(encoder(walks)[1:2], encoder(walks[1:2]))


def test_every_layer_learns():
    torch.manual_seed(0)
    encoder = MeshWalkerEncoder(16)
    head = meshwalker_head(encoder.width, 3)
    logits = head(encoder(some_walks(3, 10)))
    torch.nn.functional.cross_entropy(logits, torch.arange(3)).backward()
    for p in [*encoder.parameters(), *head.parameters()]:
        assert p.grad.abs().max() > 0


def test_what_the_walk_did_long_ago_is_learned():
    """Walks differ in the sign of the first of 8 steps along x; the rest is noise."""
    torch.manual_seed(0)
    encoder = MeshWalkerEncoder(16)
    model = torch.nn.Sequential(encoder, meshwalker_head(encoder.width, 2))
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)

    def walks(seed):
        x = 0.1 * some_walks(64, 8, seed)
        labels = torch.arange(64) % 2
        x[:, 0, 0] += 2.0 * labels - 1
        return x, labels

    for step in range(30):
        x, labels = walks(step)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()
    x, labels = walks(1000)
    assert (model(x).argmax(1) == labels).float().mean() > 0.95
