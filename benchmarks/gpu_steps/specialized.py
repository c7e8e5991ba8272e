"""Step 3, the specialized networks: their training steps."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_steps.context import Case, Context, Row
from gpu_steps.measure import forget_peak, median_seconds, peak_gib, set_precision
from inr2vec_core.baselines.registry import build_classifier

CLASSES = [f"class {i}" for i in range(40)]
BATCH = 32
POINTS, RESOLUTION, STEPS, STATE = 1024, 64, 800, 1024  # the paper's
TINY = (64, 16, 16, 8)


def cases(context: Context) -> Iterator[Case]:
    """A step of each network by precision."""
    for kind in ("pointnet", "dgcnn", "pointnet2", "conv3dnet", "meshwalker"):
        for precision in ("TF32", "mixed bfloat16"):
            labels = {"network": kind, "batch": _batch(context), "precision": precision}
            yield Case(labels, lambda k=kind, p=precision: _step(context, k, p), 2.0)


def _batch(context: Context) -> int:
    return 2 if context.tiny else BATCH


def _step(context: Context, kind: str, precision: str) -> Row:
    device, mixed = context.device, precision == "mixed bfloat16"
    set_precision("TF32")
    forget_peak(device)
    torch.manual_seed(0)
    points, resolution, steps, state = (
        TINY if context.tiny else (POINTS, RESOLUTION, STEPS, STATE)
    )  # fmt: skip
    model = build_classifier({
        "type": kind, "classes": CLASSES, "points": points, "neighbors": 20,
        "resolution": resolution, "state": state,
    }).to(device).train()  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    views = _views(kind, _batch(context), points, resolution, steps).to(device)
    labels = torch.randint(0, len(CLASSES), (len(views),), device=device)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            loss = model.loss(views, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    seconds = median_seconds(step, device, 0.02 if context.tiny else 1.0, most=20)
    return {"ms": 1e3 * seconds, "shapes a second": len(views) / seconds} | peak_gib(device)


def _views(kind: str, batch: int, points: int, resolution: int, steps: int) -> Tensor:
    """What the network reads: made at random."""
    if kind == "conv3dnet":
        return (torch.rand(batch, resolution, resolution, resolution) < 0.05).float()
    if kind == "meshwalker":
        return torch.randn(batch, steps, 3)
    return F.normalize(torch.randn(batch, points, 3), dim=2)
