"""The implicit decoder: size, positional encoding, and its joint linear layers."""

import math

import torch
import torch.nn.functional as F

from inr2vec_core.models.implicit_decoder import ImplicitDecoder, JointLinear, encode_coordinates


def test_the_papers_decoder_has_2165249_parameters():
    with torch.device("meta"):
        decoder = ImplicitDecoder(1024, 512)
    assert sum(p.numel() for p in decoder.parameters()) == 2_165_249


def test_positional_encoding_by_hand():
    x, y, z = 0.5, -1.0, 0.25
    encoded = encode_coordinates(torch.tensor([[[x, y, z]]]), frequencies=2)[0, 0]
    angles = [x, y, z, 2 * x, 2 * y, 2 * z]  # no pi
    expected = [x, y, z, *map(math.sin, angles), *map(math.cos, angles)]
    torch.testing.assert_close(encoded, torch.tensor(expected))


def test_ten_frequencies_make_63_features_up_to_512_x():
    encoded = encode_coordinates(torch.tensor([[[0.0, 0.0, 0.001]]]))
    assert encoded.shape == (1, 1, 63)
    torch.testing.assert_close(encoded[0, 0, 3 + 29], torch.tensor(math.sin(0.512)))


def test_joint_linear_is_a_linear_layer_on_the_concatenation():
    torch.manual_seed(0)
    layer = JointLinear(4, 3, 5)
    embedding, features = torch.randn(2, 4), torch.randn(2, 6, 3)
    joined = torch.cat([embedding[:, None].expand(-1, 6, -1), features], 2)
    expected = F.linear(joined, torch.cat([layer.of_embedding, layer.of_features], 1), layer.bias)
    torch.testing.assert_close(layer(embedding, features), expected)


def test_decoder_equals_its_definition():
    torch.manual_seed(0)
    decoder = ImplicitDecoder(4, 8, frequencies=2)
    embedding, coords = torch.randn(2, 4), torch.rand(2, 5, 3)
    features = encode_coordinates(coords, 2)
    joined = torch.cat([embedding[:, None].expand(-1, 5, -1), features], 2)

    def dense(layer, x):
        if isinstance(layer, JointLinear):
            weight = torch.cat([layer.of_embedding, layer.of_features], 1)
            return F.linear(x, weight, layer.bias)
        return layer(x)

    x = dense(decoder.first, joined).relu()
    for layer in decoder.before:
        x = dense(layer, x).relu()
    x = x + dense(decoder.skip, joined).relu()
    for layer in decoder.after:
        x = dense(layer, x).relu()
    torch.testing.assert_close(decoder(embedding, coords), dense(decoder.last, x).squeeze(2))


def test_one_output_is_squeezed_and_several_are_not():
    embedding, coords = torch.zeros(2, 4), torch.zeros(2, 5, 3)
    assert ImplicitDecoder(4, 8)(embedding, coords).shape == (2, 5)
    assert ImplicitDecoder(4, 8, outputs=7)(embedding, coords).shape == (2, 5, 7)


def test_queries_do_not_see_each_other():
    torch.manual_seed(0)
    decoder = ImplicitDecoder(4, 8)
    embedding, coords = torch.randn(2, 4), torch.rand(2, 5, 3)
    some = decoder(embedding[1:], coords[1:, 2:4])
    torch.testing.assert_close(some[0], decoder(embedding, coords)[1, 2:4])
