"""MeshWalker (Lahav, Tal: MeshWalker, SIGGRAPH Asia 2020): meshes as random walks over vertices."""

from torch import Tensor, nn

from inr2vec_core.baselines.baseline import Baseline
from inr2vec_core.baselines.mesh_walks import WalkInput


class MeshWalkerEncoder(nn.Module):
    """Walks to a feature: displacements (b, steps, 3) -> (b, state // 2).

    Published: two linear layers for each vertex, with InstanceNorm over the walk, then three GRUs,
    whose last state is the feature; a `state` of 1024. Not published: linear layers without the
    bias that InstanceNorm removes, and torch's initial weights.

    Args:
        state: size of the state of the first and the second GRU; even. The third's is half.

    Attributes:
        width: size of the feature.
    """

    def __init__(self, state: int = 1024):
        super().__init__()
        self.width = state // 2
        self.vertices = nn.Sequential(*_linear(3, 128), *_linear(128, 256))
        self.walks = nn.ModuleList([
            nn.GRU(256, state, batch_first=True),
            nn.GRU(state, state, batch_first=True),
            nn.GRU(state, self.width, batch_first=True),
        ])  # fmt: skip

    def forward(self, displacements: Tensor) -> Tensor:
        x = self.vertices(displacements.mT).mT
        for gru in self.walks:
            x, _ = gru(x)
        return x[:, -1]


def _linear(inputs: int, outputs: int) -> list[nn.Module]:
    """A layer that is the same for every vertex of a walk: (b, inputs, n) -> (b, outputs, n)."""
    return [
        nn.Conv1d(inputs, outputs, 1, bias=False),
        nn.InstanceNorm1d(outputs, affine=True),
        nn.ReLU(inplace=True),
    ]


def meshwalker_head(width: int, classes: int) -> nn.Linear:
    """(b, width) -> logits (b, classes); published without dropout."""
    return nn.Linear(width, classes)


BASELINE = Baseline(
    encoder=lambda description: MeshWalkerEncoder(description["state"]),
    head=lambda description, classes: meshwalker_head(description["state"] // 2, classes),
    inputs=lambda description: WalkInput(
        description["steps"], description["walks"], description["cell"]
    ),
)
