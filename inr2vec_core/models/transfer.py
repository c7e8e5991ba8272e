"""The transfer network, which maps embeddings of one space to those of another (Appendix F)."""

from collections.abc import Mapping

from torch import Tensor, nn


class TransferNetwork(nn.Module):
    """Linear layers with BatchNorm and ReLU between.

    Args:
        source: length of the source embeddings.
        target: length of the target embeddings.
        hidden: width of the hidden layers.
        layers: number of linear layers.

    >>> sum(p.numel() for p in TransferNetwork(1024, 1024).parameters())
    8411136
    """

    def __init__(self, source: int, target: int, hidden: int = 1024, layers: int = 8):
        super().__init__()
        blocks: list[nn.Module] = []
        for k in range(layers - 1):
            width = source if k == 0 else hidden
            blocks += [nn.Linear(width, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
        last = nn.Linear(hidden if layers > 1 else source, target)
        self.net = nn.Sequential(*blocks, last)

    def forward(self, x: Tensor) -> Tensor:
        """Embeddings (b, source) -> (b, target)."""
        return self.net(x)


def build_transfer(description: Mapping) -> TransferNetwork:
    """Build an untrained network.

    Args:
        description: `source`, `target`, `hidden` and `layers`, as `TransferNetwork` takes them.
    """
    return TransferNetwork(**{k: description[k] for k in ("source", "target", "hidden", "layers")})
