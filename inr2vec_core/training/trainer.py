"""The one trainer that every task uses: epochs, schedule, best model, checkpoint, resume."""

import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from inr2vec_core.io.atomic import atomic
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import derive_seed

_log = logging.getLogger(__name__)


CHECKPOINT_EVERY = 20.0  # seconds, at the ends of epochs


class Task(Protocol):
    """What the trainer needs to know of a task."""

    model: nn.Module
    steps_per_epoch: int
    score: str  # the key of `validate()` that picks the best model
    higher_is_better: bool

    def batches(self, epoch: int) -> Iterable[Any]:
        """The epoch's training batches; the same for the same epoch."""

    def loss(self, batch: Any) -> Tensor:
        """The scalar loss of one batch; parameters that it does not reach stay as they are."""

    def validate(self) -> dict[str, float]:
        """Figures on the validation split; the model is in evaluation mode."""


@dataclass(frozen=True)
class TrainSettings:
    """Optimiser (AdamW) and course of a training.

    Attributes:
        schedule: "constant", or "onecycle" with `lr` as its maximum, which moves the first of
            `betas` too.
        validate_every: epochs between validations; the last epoch is always validated.
        betas: of the running means of the gradient and of its square.
        keep: epochs whose weights stay in the course; those after the last never come.
    """

    epochs: int
    lr: float = 1e-4
    weight_decay: float = 1e-2
    schedule: str = "constant"
    validate_every: int = 1
    betas: tuple[float, float] = (0.9, 0.999)
    keep: tuple[int, ...] = ()


@dataclass
class TrainingResult:
    """What a training went through; all of it is in the checkpoint."""

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_score: float = float("nan")
    best_state: dict[str, Tensor] = field(default_factory=dict)
    kept: dict[int, dict[str, Tensor]] = field(default_factory=dict)  # by epoch


def train(
    task: Task,
    settings: TrainSettings,
    seed: int,
    label: str = "training",
    checkpoint: Path | None = None,
    key: str = "",
) -> TrainingResult:
    """Train `task.model` and leave it with the weights of its best validation, of equals the last.

    Every epoch's random stream depends on seed and epoch only, so a training resumed from its
    last checkpoint ends with the same weights as one that was never interrupted.

    Args:
        checkpoint: where progress is kept; removed at the end. None keeps none.
        key: fingerprint of everything that the result depends on; a checkpoint with another
            key is ignored.

    Returns:
        The course, with one history row per epoch: epoch, loss, lr, seconds and, where it was
        validated, the task's figures.
    """
    model = task.model
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings.lr, betas=settings.betas,
        weight_decay=settings.weight_decay, fused=True,
    )  # fmt: skip
    scheduler = None
    if settings.schedule == "onecycle":
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, settings.lr, total_steps=settings.epochs * task.steps_per_epoch + 1
        )
    parts = {"model": model, "optimizer": optimizer} | (
        {"scheduler": scheduler} if scheduler else {}
    )
    course = _resume(checkpoint, key, parts) or TrainingResult()
    saved = time.monotonic()
    for epoch in track(
        range(course.epoch + 1, settings.epochs + 1), label, settings.epochs, "epoch", course.epoch
    ):
        started = time.monotonic()
        torch.manual_seed(derive_seed(seed, "epoch", epoch))
        row = {
            "epoch": epoch,
            "lr": optimizer.param_groups[0]["lr"],
            "loss": _run_epoch(task, epoch, optimizer, scheduler),
        }
        if epoch % settings.validate_every == 0 or epoch == settings.epochs:
            model.eval()
            with torch.no_grad():
                row |= task.validate()
            _keep_best(course, task, row[task.score], epoch)
        if epoch in settings.keep:
            course.kept[epoch] = _copy_of(model)
        course.epoch = epoch
        course.history.append(row | {"seconds": time.monotonic() - started})
        _log.info("%s: %s", label, {k: round(v, 6) for k, v in course.history[-1].items()})
        if checkpoint and time.monotonic() - saved > CHECKPOINT_EVERY:
            _save(checkpoint, key, parts, course)
            saved = time.monotonic()
    model.load_state_dict(course.best_state)
    model.eval()
    if checkpoint:
        checkpoint.unlink(missing_ok=True)
    return course


def _run_epoch(task: Task, epoch: int, optimizer, scheduler) -> float:
    task.model.train()
    total, steps = 0.0, 0
    for batch in task.batches(epoch):
        loss = task.loss(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        total, steps = total + loss.detach(), steps + 1
    mean = float(total) / max(steps, 1)
    if mean != mean:
        raise FloatingPointError(f"the loss became NaN in epoch {epoch}: lower the learning rate")
    return mean


def _keep_best(course: TrainingResult, task: Task, score: float, epoch: int) -> None:
    better = score >= course.best_score if task.higher_is_better else score <= course.best_score
    if better or math.isnan(course.best_score):  # as it is before the first validation
        course.best_epoch, course.best_score = epoch, score
        course.best_state = _copy_of(task.model)


def _copy_of(model: nn.Module) -> dict[str, Tensor]:
    return {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}


def _save(path: Path, key: str, parts: Mapping[str, Any], course: TrainingResult) -> None:
    with atomic(path) as temporary:
        torch.save(
            {"key": key, "course": vars(course)}
            | {name: part.state_dict() for name, part in parts.items()},
            temporary,
        )


def _resume(path: Path | None, key: str, parts: Mapping[str, Any]) -> TrainingResult | None:
    if path is None or not path.exists():
        return None
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        _log.warning("%s cannot be read (%s); training starts anew", path, error)
        return None
    if saved.get("key") != key:
        _log.info("%s belongs to other settings; training starts anew", path)
        return None
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    _log.info("resuming after epoch %d", saved["course"]["epoch"])
    return TrainingResult(**saved["course"])
