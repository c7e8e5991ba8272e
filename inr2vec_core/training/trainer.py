"""The one trainer that every task uses: epochs, schedule, best model, checkpoint, resume."""

import io
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from inr2vec_core.io.file_errors import ContentLost, Origin, reading
from inr2vec_core.io.sealed import OPEN_SEAL, read_sealed, write_sealed
from inr2vec_core.utils.float32_products import fast_float32_products
from inr2vec_core.utils.progress import track
from inr2vec_core.utils.seeding import derive_seed
from inr2vec_core.utils.settings import Settings

_log = logging.getLogger(__name__)


CHECKPOINT_EVERY = 20.0  # seconds, at the ends of epochs
_CHECKPOINT = Origin("make it first", "training starts anew")


class Task(Protocol):
    """What the trainer needs of a task.

    A task with a method `parameter_groups(lr)` says which parameters are trained at which learning
    rate, as torch's optimizers take them; otherwise all of the model's are, at the same.
    """

    model: nn.Module
    steps_per_epoch: int
    score: str  # the key of `validate()` that picks the best model
    higher_is_better: bool

    def batches(self, epoch: int) -> Iterable[Any]:
        """The epoch's training batches; the same for the same epoch."""

    def loss(self, batch: Any) -> Tensor:
        """The scalar loss of one batch; parameters without a gradient are not changed."""

    def validate(self) -> dict[str, float]:
        """Metrics on the validation split; the model is in evaluation mode."""


@dataclass(frozen=True)
class TrainSettings(Settings):
    """Optimizer (AdamW) and schedule of a training.

    Attributes:
        epochs: number of epochs.
        lr: the learning rate; the schedule's maximum with "onecycle".
        weight_decay: AdamW's weight decay.
        schedule: "constant"; "halving", which halves the learning rate after each quarter of the
            epochs; or "onecycle", which varies the learning rate and the first of `betas`.
        validate_every: epochs between validations; the last epoch is always validated.
        select: the epoch whose weights a training ends with: "best" in validation, or the "last".
            Where the schedule ends at a rate of 0 and few shapes are validated, the best score is
            often luck.
        betas: AdamW's decay rates of the running means of the gradient and of its square.
        keep: epochs whose weights are kept in the result; numbers above `epochs` are ignored.
        clip: the norm that gradients are scaled down to; None for any.
    """

    epochs: int
    lr: float = 1e-4
    weight_decay: float = 1e-2
    schedule: str = "constant"
    validate_every: int = 1
    select: str = "best"
    betas: tuple[float, float] = (0.9, 0.999)
    keep: tuple[int, ...] = ()
    clip: float | None = None


@dataclass
class TrainingResult:
    """The history and the selected weights of a training; all of it is in the checkpoint.

    Attributes:
        epoch: the last epoch that is done.
        history: a row for each epoch: epoch, lr, loss, seconds and, where it was validated, what
            `Task.validate` returned.
        best_epoch: the selected epoch: that of the best validation, the last of several equal ones,
            or the last of all (`TrainSettings.select`).
        best_score: the score of its validation.
        best_state: the model's state dict then, on the CPU.
        kept: state dicts of the epochs in `TrainSettings.keep`, by epoch.
    """

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_score: float = float("nan")
    best_state: dict[str, Tensor] = field(default_factory=dict)
    kept: dict[int, dict[str, Tensor]] = field(default_factory=dict)


def train(
    task: Task,
    settings: TrainSettings,
    seed: int,
    label: str = "training",
    checkpoint: Path | None = None,
    key: str = "",
) -> TrainingResult:
    """Train `task.model` and leave it with the weights of the selected epoch.

    Every epoch's random stream depends on seed and epoch only, so a training resumed from its
    last checkpoint ends with the same weights as one that was never interrupted.

    Args:
        task: the model with its batches, loss and validation.
        settings: optimizer and schedule.
        seed: of everything random in an epoch.
        label: names the training in the progress bar and the log.
        checkpoint: file that keeps the progress; removed at the end. None keeps no progress.
        key: fingerprint of everything that the result depends on; a checkpoint with another
            key is ignored.

    Returns:
        The history and the selected weights.

    Raises:
        FloatingPointError: the loss became NaN.
        InputError: the checkpoint is there but cannot be read, for a reason that may pass; a
            damaged one is passed over.
    """
    model = task.model
    groups = getattr(task, "parameter_groups", None)
    optimizer = torch.optim.AdamW(
        groups(settings.lr) if groups else model.parameters(), lr=settings.lr,
        betas=settings.betas, weight_decay=settings.weight_decay, fused=True,
    )  # fmt: skip
    scheduler = _scheduler(optimizer, settings, settings.epochs * task.steps_per_epoch)
    components = {"model": model, "optimizer": optimizer}
    if scheduler:
        components["scheduler"] = scheduler
    result = _resume(checkpoint, key, components) or TrainingResult()
    saved = time.monotonic()
    for epoch in track(
        range(result.epoch + 1, settings.epochs + 1), label, settings.epochs, "epoch", result.epoch
    ):
        started = time.monotonic()
        torch.manual_seed(derive_seed(seed, "epoch", epoch))
        row = {
            "epoch": epoch,
            "lr": optimizer.param_groups[0]["lr"],
            "loss": _run_epoch(task, epoch, optimizer, scheduler, settings.clip),
        }
        if epoch % settings.validate_every == 0 or epoch == settings.epochs:
            model.eval()
            with torch.no_grad():
                row |= task.validate()
            _select(result, task, row[task.score], epoch, settings.select)
        if epoch in settings.keep:
            result.kept[epoch] = _copy_of(model)
        result.epoch = epoch
        result.history.append(row | {"seconds": time.monotonic() - started})
        _log.info("%s: %s", label, {k: round(v, 6) for k, v in result.history[-1].items()})
        if checkpoint and time.monotonic() - saved > CHECKPOINT_EVERY:
            _save(checkpoint, key, components, result)
            saved = time.monotonic()
    model.load_state_dict(result.best_state)
    model.eval()
    if checkpoint:
        checkpoint.unlink(missing_ok=True)
    return result


def _scheduler(optimizer: torch.optim.Optimizer, settings: TrainSettings, steps: int):
    """What changes the learning rates after each of so many steps; None for nothing."""
    if settings.schedule == "onecycle":
        rates = [group["lr"] for group in optimizer.param_groups]
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps + 1)
    if settings.schedule == "halving":
        return torch.optim.lr_scheduler.StepLR(optimizer, math.ceil(steps / 4), gamma=0.5)
    return None


def _run_epoch(task: Task, epoch: int, optimizer, scheduler, clip: float | None) -> float:
    task.model.train()
    total, steps = 0.0, 0
    with fast_float32_products(next(task.model.parameters()).device):
        for batch in task.batches(epoch):
            loss = task.loss(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(task.model.parameters(), clip)
            optimizer.step()
            if scheduler:
                scheduler.step()
            total, steps = total + loss.detach(), steps + 1
    mean = float(total) / max(steps, 1)
    if mean != mean:
        raise FloatingPointError(f"the loss became NaN in epoch {epoch}: lower the learning rate")
    return mean


def _select(result: TrainingResult, task: Task, score: float, epoch: int, select: str) -> None:
    better = score >= result.best_score if task.higher_is_better else score <= result.best_score
    first = math.isnan(result.best_score)  # as it is before the first validation
    if select == "last" or better or first:
        result.best_epoch, result.best_score = epoch, score
        result.best_state = _copy_of(task.model)


def _copy_of(model: nn.Module) -> dict[str, Tensor]:
    return {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}


def _save(path: Path, key: str, components: Mapping[str, Any], result: TrainingResult) -> None:
    buffer = io.BytesIO()
    torch.save(
        {"key": key, "result": vars(result)}
        | {name: component.state_dict() for name, component in components.items()},
        buffer,
    )
    write_sealed(path, buffer.getvalue() + OPEN_SEAL.encode())


def _resume(path: Path | None, key: str, components: Mapping[str, Any]) -> TrainingResult | None:
    if path is None or not path.exists():
        return None
    try:
        with reading(path, "checkpoint", _CHECKPOINT):
            content = read_sealed(path)[: -len(OPEN_SEAL)]
            saved = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except ContentLost as error:
        _log.warning("%s", error)
        return None
    if saved.get("key") != key:
        _log.info("%s belongs to other settings; training starts anew", path)
        return None
    for name, component in components.items():
        component.load_state_dict(saved[name])
    _log.info("resuming after epoch %d", saved["result"]["epoch"])
    return TrainingResult(**saved["result"])
