"""DeepSDF: a decoder, and a code of each training shape that is learned beside it.

Park, Florence, Straub, Newcombe, Lovegrove: DeepSDF, CVPR 2019. Sizes and training are those of
the authors' code (github.com/facebookresearch/DeepSDF, networks/deep_sdf_decoder.py,
examples/chairs/specs.json, train_deep_sdf.py, reconstruct.py). Its network gives tanh of a value
as the distance, of which 0.1 and more count alike. Labels are here in [0, 1], and clipped at the
same distance for all modalities: (1 + tanh) / 2 is the label, the sigmoid of twice the value. The
loss is the same L1, of labels times the range of 0.2 that they stand for, so that the codes' prior
weighs as there. The authors' prior is the codes' norm in training and the mean square at test
time.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from inr2vec_core.ops.chunked_loss import mean_loss
from inr2vec_core.shared_networks._base import ShapeBatch, SharedNetwork

PUBLISHED = {
    "embedding": 256,
    "queries": 16_384,
    "batch": 64,
    "lr": 5e-4,
    "schedule": "halving",
    "epochs": 2000,
}
CODE_LR = 2.0  # of the codes, as a multiple of the network's
BOUND = 1.0  # on the norm of a training shape's code
PRIOR, PRIOR_EPOCHS = 1e-4, 100  # its weight, and the epochs in which it grows to that
RANGE = 0.2  # of the distances that labels from 0 to 1 stand for
START, TEST_LR = 0.01, 5e-3  # of a new shape's code: its standard deviation, and its learning rate


class Network(SharedNetwork):
    """The decoder and the training shapes' codes.

    Args:
        shapes: the number of training shapes.
        embedding: length of a code.
        hidden: width of the layers.
        layers: hidden layers; the input is read again by the one in the middle.
        dropout: share of the activations that a training step sets to 0.
        test_steps: steps in which a new shape's code is found.
        test_queries: queries of each of these steps, at most as many as are given.
    """

    def __init__(
        self,
        shapes: int,
        embedding: int = 256,
        hidden: int = 512,
        layers: int = 8,
        dropout: float = 0.2,
        test_steps: int = 800,
        test_queries: int = 8000,
    ):
        super().__init__()
        self.hidden, self.test_steps, self.test_queries = hidden, test_steps, test_queries
        self.decoder = Decoder(embedding, hidden, layers, dropout)
        self.codes = nn.Embedding(shapes, embedding, max_norm=BOUND)
        nn.init.normal_(self.codes.weight, std=embedding**-0.5)

    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Codes (b, e) and queries (b, q, 3) -> logits (b, q)."""
        return self.decoder(codes, coords)

    def training_loss(self, batch: ShapeBatch) -> Tensor:
        """L1 of the clipped distances, and the prior of the codes."""
        codes = self.codes(batch.rows)
        loss = mean_loss(self.decoder, _l1, codes, batch.coords, batch.labels, self.hidden)
        prior = PRIOR * min(1.0, batch.epoch / PRIOR_EPOCHS)
        return RANGE * loss + prior * codes.norm(dim=1).mean()

    @torch.enable_grad()
    def represent(self, batch: ShapeBatch, seed: int = 0) -> Tensor:
        """Codes that Adam finds, each on its shape's queries, all from the same start."""
        random = torch.Generator().manual_seed(seed)
        n, queries = len(batch.coords), batch.coords.shape[1]
        used = min(self.test_queries, queries)
        start = START * torch.randn(self.codes.embedding_dim, generator=random)
        codes = start.to(batch.coords).repeat(n, 1).requires_grad_()
        optimizer = torch.optim.Adam([codes], lr=TEST_LR)
        for step in range(self.test_steps):
            if step == self.test_steps // 2:
                optimizer.param_groups[0]["lr"] = TEST_LR / 10
            # Queries are in random order, so that any block of them is a random draw.
            first = int(torch.randint(queries - used + 1, (), generator=random))
            part = slice(first, first + used)
            loss = RANGE * _l1(self.decoder(codes, batch.coords[:, part]), batch.labels[:, part])
            # Times the number of shapes: the steps of each are those that it would take alone.
            loss = n * (loss + PRIOR * codes.square().mean())
            (codes.grad,) = torch.autograd.grad(loss, codes)
            optimizer.step()
        return codes.detach()

    def queries_to_represent(self, queries: int) -> int:
        """As many as its steps read."""
        return self.test_steps * self.test_queries

    def trained_codes(self) -> Tensor:
        """The codes of the training shapes (n, e)."""
        return self.codes.weight

    def parameter_groups(self, lr: float) -> list[dict]:
        """Codes learn at twice the network's rate."""
        return [
            {"params": list(self.decoder.parameters()), "lr": lr},
            {"params": list(self.codes.parameters()), "lr": CODE_LR * lr},
        ]


class Decoder(nn.Module):
    """Layers with weight normalization, the input once more in the middle.

    Args:
        embedding: length of a code.
        hidden: width. The layer before the middle has fewer outputs by the input's length, so that
            the middle one reads as many numbers; where the input is longer (codes of 1,024), the
            middle one reads more.
        layers: hidden layers.
        dropout: after each of them.
    """

    def __init__(self, embedding: int, hidden: int, layers: int, dropout: float):
        super().__init__()
        self.hidden, self.dropout, self.skip = hidden, dropout, layers // 2
        inputs = embedding + 3
        widths = layers * [hidden]
        if hidden > inputs:
            widths[self.skip - 1] -= inputs
        read = [inputs, *widths[:-1]]
        read[self.skip] += inputs
        self.layers = nn.ModuleList(
            weight_norm(nn.Linear(*sizes)) for sizes in zip(read, widths, strict=True)
        )
        self.last = nn.Linear(hidden, 1)

    def forward(self, codes: Tensor, coords: Tensor) -> Tensor:
        """Codes (b, e) and queries (b, q, 3) -> logits (b, q)."""
        x = coords[..., :0]  # nothing is before the first layer
        for k, layer in enumerate(self.layers):
            x = _joint(layer, x, codes, coords) if k in (0, self.skip) else layer(x)
            x = F.dropout(x.relu_(), self.dropout, self.training)
        return 2 * self.last(x).squeeze(-1)


def _joint(layer: nn.Linear, x: Tensor, codes: Tensor, coords: Tensor) -> Tensor:
    """A layer on [features, code, coordinates]; a code is multiplied once a shape.

    Args:
        layer: the layer.
        x: (b, q, f) features, f >= 0.
        codes: (b, e).
        coords: (b, q, 3).
    """
    sizes = [x.shape[-1], codes.shape[-1], 3]
    of_features, of_code, of_coords = layer.weight.split(sizes, 1)
    y = F.linear(coords, of_coords) + F.linear(codes, of_code, layer.bias)[:, None]
    return y + F.linear(x, of_features) if x.shape[-1] else y


def _l1(logits: Tensor, labels: Tensor) -> Tensor:
    return F.l1_loss(logits.to(labels).sigmoid(), labels)
