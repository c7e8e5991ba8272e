"""Times a training step of PointNet, PointNet++ and DGCNN against the same networks in plain torch.

    python benchmarks/networks.py            # [--points 512] [--threads 2] [--repeats 5]

The reference applies every layer to every point, neighbor or edge, with BatchNorm, ReLU and
maximum as torch has them, and finds neighbors by torch; it has the same weights at first and the
same loss. Both in float32, then both in mixed precision. Steps alternate; printed are medians.
"""

import argparse
import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
import torch.nn.functional as F
from machine import describe, medians
from torch import nn

from inr2vec_core.baselines.dgcnn import SLOPE, DGCNNEncoder, EdgeConv
from inr2vec_core.baselines.pointnet2 import SetAbstraction
from inr2vec_core.baselines.registry import build_classifier
from inr2vec_core.ops.layers.mlp import PooledLinear

CLASSES, BATCH = [f"class {i}" for i in range(40)], 32


def gather(x, index):
    """(b, n, c), (b, m, k) -> (b, m, k, c)."""
    flat = index.flatten(1).unsqueeze(2).expand(-1, -1, x.shape[2])
    return x.gather(1, flat).view(*index.shape, x.shape[2])


class PlainPooled(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.linear, self.norm = ours.linear, ours.norm

    def forward(self, x):
        b, n, c = x.shape
        # In full precision, as ours: what follows may leave mixed precision.
        return self.norm(self.linear(x.reshape(b * n, c))).relu().view(b, n, -1).amax(1).float()


class PlainEdges(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.linear, self.norm = ours.linear, ours.norm

    def forward(self, x, neighbors):
        own = x.unsqueeze(2).expand(-1, -1, neighbors.shape[2], -1)
        edges = torch.cat([gather(x, neighbors) - own, own], 3)
        y = F.leaky_relu(self.norm(self.linear(edges.flatten(0, 2))), SLOPE)
        return y.view(*neighbors.shape, -1).amax(2)


class PlainDGCNN(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.edges = nn.ModuleList(map(PlainEdges, ours.edges))
        self.last, self.k = ours.last, ours.neighbors

    def forward(self, points):
        x, features = points, []
        for edge in self.edges:
            near = torch.cdist(x.detach().float(), x.detach().float()).topk(self.k, largest=False)
            x = edge(x, near.indices)
            features.append(x)
        b, n, _ = x.shape
        x = self.last(torch.cat(features, 2).view(b * n, -1)).view(b, n, -1)
        return torch.cat([x.amax(1), x.mean(1)], 1)


class PlainAbstraction(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.centers, self.radius, self.k = ours.centers, ours.radius, ours.k
        self.layers = nn.Sequential(ours.first, *ours.rest, ours.pooled.norm, nn.ReLU())

    def forward(self, points, features):
        n = points.shape[1]
        centers = points
        if self.centers < n:
            from_mean = points - points.mean(1, keepdim=True)
            chosen = [from_mean.square().sum(2).argmax(1)]
            distance = torch.full(points.shape[:2], torch.inf)
            for _ in range(self.centers - 1):
                last = points.gather(1, chosen[-1].view(-1, 1, 1).expand(-1, 1, 3))
                distance = torch.minimum(distance, (points - last).square().sum(2))
                chosen.append(distance.argmax(1))
            index = torch.stack(chosen, 1).unsqueeze(2).expand(-1, -1, 3)
            centers = points.gather(1, index)
        place = torch.arange(n).expand(*centers.shape[:2], n)
        place = place.masked_fill(torch.cdist(centers, points) > self.radius, n)
        index = place.sort(2).values[..., : self.k]
        index = torch.where(index == n, index[..., :1], index)
        x = gather(points, index) - centers.unsqueeze(2)
        if features is not None:
            x = torch.cat([x, gather(features, index).to(x.dtype)], 3)
        return centers, self.layers(x.flatten(0, 2)).view(*index.shape, -1).amax(2)


PLAIN = {PooledLinear: PlainPooled, SetAbstraction: PlainAbstraction, DGCNNEncoder: PlainDGCNN,
         EdgeConv: PlainEdges}  # fmt: skip


def plain(module):
    """The same network, its own parts replaced by plain ones."""
    for name, child in list(module.named_children()):
        made = PLAIN.get(type(child))
        setattr(module, name, made(child) if made else plain(child))
    return module


def stepper(model, clouds, labels, mixed):
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            loss = model.loss(clouds, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def row(kind, points, mixed, repeats):
    torch.manual_seed(0)
    description = {"type": kind, "points": points, "neighbors": 20, "classes": CLASSES}
    ours = build_classifier(description).train()
    reference = plain(copy.deepcopy(ours))
    clouds = F.normalize(torch.randn(BATCH, points, 3), dim=2)
    labels = torch.randint(0, len(CLASSES), (BATCH,))
    steps = {
        "plain": stepper(reference, clouds, labels, mixed),
        "ours": stepper(ours, clouds, labels, mixed),
    }
    first = {}
    for name, step in steps.items():
        torch.manual_seed(1)  # the same dropout
        first[name] = step()
    times = medians(steps, repeats)
    plain_s, ours_s = times["plain"], times["ours"]
    return (
        f"| {kind} | {'bfloat16' if mixed else 'float32'} | {1e3 * plain_s:.0f} | "
        f"{1e3 * ours_s:.0f} | {plain_s / ours_s:.2f} | {first['plain']:.4f} | "
        f"{first['ours']:.4f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--points", type=int, default=512)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{describe(torch.device('cpu'))}, {options.threads} thread(s), batch {BATCH}, "
          f"{options.points} points")  # fmt: skip
    print("| network | precision | plain ms | ours ms | ratio | first loss, plain | ours |")
    print("|---|---|---|---|---|---|---|")
    for kind in ("pointnet", "pointnet2", "dgcnn"):
        for mixed in (False, True):
            print(row(kind, options.points, mixed, options.repeats), flush=True)


if __name__ == "__main__":
    main()
