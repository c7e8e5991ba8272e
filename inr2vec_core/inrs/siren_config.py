"""The sizes of an INR, and how many a GPU fits at once. No torch: rule files import it."""

from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True)
class SirenConfig:
    """Sizes of a SIREN R^3 -> R.

    Attributes:
        width: neurons of a hidden layer.
        depth: hidden layers.
        omega: the factor of the sine's argument.

    >>> SirenConfig(512, 4).n_parameters
    790529
    """

    width: int = 512
    depth: int = 4
    omega: float = 30.0

    @cached_property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(outputs, inputs) of each linear layer, in flat order."""
        hidden = ((self.width, self.width),) * (self.depth - 1)
        return ((self.width, 3), *hidden, (1, self.width))

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return sum(o * i + o for o, i in self.layers)

    @property
    def n_head(self) -> int:
        """Parameters of the last, plain linear layer."""
        return self.width + 1

    @property
    def hidden_slice(self) -> slice:
        """The layers between hidden layers in the flat vector: the encoder's input."""
        return slice(4 * self.width, self.n_parameters - self.n_head)

    @property
    def n_rows(self) -> int:
        """Rows of the encoder's input matrix: (depth - 1) * (width + 1); 1539 for 512 x 4."""
        return (self.depth - 1) * (self.width + 1)

    def describe(self) -> dict:
        """The sizes and the flat order, to be stored beside weights."""
        order = [
            f"weight{k} ({o}, {i}) row-major, bias{k} ({o},)"
            for k, (o, i) in enumerate(self.layers)
        ]
        return asdict(self) | {"n_parameters": self.n_parameters, "flat_order": "; ".join(order)}


# INRs fitted at once on a GPU: activations of one layer fill the card, in elements.
GPU_ELEMENTS, GPU_MAX_INRS = 1 << 27, 256


def inrs_at_once_on_gpu(siren: SirenConfig, queries: int) -> int:
    """How many INRs a GPU fits at once.

    Args:
        siren: sizes of the INRs.
        queries: of each INR and step.
    """
    return min(GPU_MAX_INRS, max(1, GPU_ELEMENTS // (siren.width * queries)))
