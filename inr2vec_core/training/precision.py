"""Mixed precision, on devices that multiply matrices faster in bfloat16."""

import torch

from inr2vec_core.utils.bfloat16 import has_bfloat16


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """A context of mixed precision where it is asked for and faster, and of float32 elsewhere.

    Args:
        device: where the computation runs.
        precision: "bfloat16" for mixed precision, or "float32".
    """
    mixed = precision == "bfloat16" and has_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=mixed)
