"""What the tests of fitting share."""

import torch

B, Q, W = 2, 5, 19  # of a kernel's tensors; a width that no vector register divides


def draw(*sizes, scale=1.0):
    """Random tensors, the same at every call."""
    return [scale * torch.randn(size, generator=torch.Generator().manual_seed(7)) for size in sizes]


def stored(b, n, seed=0):
    """(b, n, 4) quantized queries."""
    generator = torch.Generator().manual_seed(seed)
    xyz = torch.randint(-32767, 32768, (b, n, 3), generator=generator)
    label = torch.randint(0, 32768, (b, n, 1), generator=generator)
    return torch.cat([xyz, label], 2).to(torch.int16)
