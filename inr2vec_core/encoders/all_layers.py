"""inr2vec's encoder on the weights of all layers (paper, Appendix I and Table 8)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from inr2vec_core.encoders.inr2vec import Encoder as HiddenLayersEncoder
from inr2vec_core.inrs.siren import rows, unflatten
from inr2vec_core.inrs.siren_config import SirenConfig


class Encoder(HiddenLayersEncoder):
    """As the published encoder, which reads hidden weights alone, with six rows more.

    The first layer's weights (width, 3) are read transposed as three rows, its biases as one; the
    last layer's weights are a row, and its single bias is repeated to one. They stand in the
    layers' order, which the maximum over rows makes no difference of.

    Args:
        siren: sizes of the INRs.
        hidden: widths of the layers with BatchNorm and ReLU.
        embedding: length of the embedding.
        differences: as of the published encoder.
    """

    def __init__(
        self,
        siren: SirenConfig,
        hidden: Sequence[int] = (512, 512, 1024, 1024),
        embedding: int = 1024,
        differences: bool = False,
    ):
        super().__init__(siren, hidden, embedding, differences)

    def matrix(self, flat: Tensor) -> Tensor:
        """The rows that are read: (b, n_parameters) -> (b, n_rows + 6, width)."""
        (first, first_bias), *_, (last, last_bias) = unflatten(flat, self.siren.layers)
        repeated = last_bias.expand(-1, 1, self.siren.width)
        return torch.cat([first.mT, first_bias, rows(flat, self.siren), last, repeated], 1)
