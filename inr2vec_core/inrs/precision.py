"""In which precision INRs are fitted on a device."""

import torch

from inr2vec_core.utils.bfloat16 import has_bfloat16

FIT_PRECISIONS = ("auto", "float32", "mixed", "bfloat16")
# By the modality's name, the fastest precision whose INRs are as good as those of float32, within
# what another order of the queries does (benchmarks/fit_precision.py, docs/performance.md). The
# focal loss of voxels ends 1 to 2 % higher in bfloat16.
_AS_GOOD = {"udf": "mixed", "sdf": "mixed", "occ": "float32"}


def fit_precision(asked: str, device: torch.device, field: str = "udf") -> str:
    """The precision of the matrix products between hidden layers.

    "float32"; "mixed", in which the two products of the backward pass read bfloat16; "bfloat16",
    in which that of the forward pass does too. Weights, losses, Adam, the first and the last layer
    are in float32 always.

    Args:
        asked: one of `FIT_PRECISIONS`. "auto" takes the fastest whose INRs are as good as those of
            float32.
        device: where INRs are fitted.
        field: the modality's name.

    Returns:
        "float32", "mixed" or "bfloat16"; the last two only where the device has fast bfloat16.

    Raises:
        ValueError: `asked` is none of these.
    """
    if asked not in FIT_PRECISIONS:
        raise ValueError(f"precision is {asked!r}: use one of {', '.join(FIT_PRECISIONS)}")
    if asked == "float32" or not has_bfloat16(device):
        return "float32"
    return _AS_GOOD.get(field, "float32") if asked == "auto" else asked
