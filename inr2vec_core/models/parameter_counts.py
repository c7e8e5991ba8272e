"""Parameters of encoders of INRs of several sizes (paper, Appendix E and Table 5)."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from torch import nn

from inr2vec_core.inrs.siren_config import SirenConfig
from inr2vec_core.models.inr2vec import build_encoder

PAPER_SIRENS = tuple(SirenConfig(width, depth) for width in (512, 1024) for depth in (4, 8, 12, 16))
INR, MLP = "inr", "mlp"
MLP_EMBEDDING = 1024


def encoder_parameters(architecture: Mapping, siren: SirenConfig) -> int:
    """Count the parameters of an encoder, which is built without memory.

    Args:
        architecture: as `build_encoder` takes it.
        siren: sizes of the INRs.

    Raises:
        InputError: there is no such type, or it does not take these options.
    """
    with torch.device("meta"):
        return _count(build_encoder(architecture, siren))


def mlp_parameters(siren: SirenConfig) -> int:
    """Count the parameters of a linear layer from all of an INR's weights to an embedding of 1024.

    It is the first layer of an MLP on flattened weights, which the paper counts.
    """
    with torch.device("meta"):
        return _count(nn.Linear(siren.n_parameters, MLP_EMBEDDING))


def parameter_rows(
    encoders: Sequence[Mapping], sirens: Sequence[SirenConfig] = PAPER_SIRENS
) -> pd.DataFrame:
    """Count the parameters of INRs and of what encodes them.

    Args:
        encoders: their architectures, as `build_encoder` takes them.
        sirens: sizes of INRs.

    Returns:
        The columns width, depth, method ("inr": the INR itself; "mlp"; the encoders' types) and
        parameters.
    """
    rows = []
    for siren in sirens:
        counts = {INR: siren.n_parameters, MLP: mlp_parameters(siren)}
        counts |= {each["type"]: encoder_parameters(each, siren) for each in encoders}
        rows += [(siren.width, siren.depth, name, count) for name, count in counts.items()]
    return pd.DataFrame(rows, columns=["width", "depth", "method", "parameters"])


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
