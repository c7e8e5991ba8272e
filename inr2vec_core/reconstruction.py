"""Discrete shapes back from fields: clouds from a UDF (paper, Appendix C)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .errors import BadShape

Field = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CloudSettings:
    """How a cloud is drawn from a UDF; distances in units of the shape's sphere.

    Attributes:
        seeds: uniform seeds in [-1, 1]^3 a round.
        near: seeds whose predicted distance is larger are dropped.
        moves: steps along the negative normalised gradient.
        last: points whose distance before the last move is larger are dropped.
        rounds: rounds after which a field that yields too few points is given up; one that
            yields none at all is given up after an eighth of them.
    """

    seeds: int = 4096
    near: float = 0.05
    moves: int = 5
    last: float = 0.02
    rounds: int = 200


def cloud_from_udf(
    udf: Field,
    n: int,
    generator: torch.Generator,
    settings: CloudSettings | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Points on the zero level of a UDF.

    Args:
        udf: distances of points, (m, 3) -> (m,), differentiable.
        n: points wanted.
        generator: a CPU generator for the seeds.

    Returns:
        (n, 3) float32.

    Raises:
        BadShape: the field has too little surface inside the cube.
    """
    settings = settings or CloudSettings()
    kept: list[Tensor] = []
    found = 0
    for done in range(1, settings.rounds + 1):
        points = torch.rand(settings.seeds, 3, generator=generator).mul_(2).sub_(1).to(device)
        with torch.no_grad():
            points = points[udf(points) <= settings.near]
        distance = None
        for _ in range(settings.moves):
            if not len(points):
                break
            points, distance = _move(udf, points)
        if distance is not None:
            kept.append(points[distance <= settings.last])
            found += len(kept[-1])
        if found >= n:
            return torch.cat(kept)[:n]
        if not found and 8 * done >= settings.rounds:
            break
    raise BadShape(
        f"only {found} of {n} points after {done} rounds of "
        f"{settings.seeds} seeds: the field hardly falls below {settings.near}"
    )


def _move(udf: Field, points: Tensor) -> tuple[Tensor, Tensor]:
    """One step of Eq. 5: moved points and the distances they had before, (m, 3) and (m,)."""
    points = points.detach().requires_grad_(True)
    with torch.enable_grad():
        distance = udf(points)
        (gradient,) = torch.autograd.grad(distance.sum(), points)
    direction = torch.nn.functional.normalize(gradient, dim=1)
    return (points - distance.unsqueeze(1) * direction).detach(), distance.detach()
