"""Step 2: 20 steps on the device against float64, for each precision and kernel path."""

import copy
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpu_steps.context import Case, Context, Row
from gpu_steps.fits import DEPTH, AutogradFit, LibraryFit, Queries, start
from gpu_steps.measure import PRECISIONS, set_precision
from gpu_steps.products import narrow_backward, narrow_both
from gpu_steps.sizes import SMALL_TRAINING, TINY_TRAINING
from gpu_steps.trainings import Training, training
from inr2vec_core.inrs.kernels import kernels_for, plain
from inr2vec_core.inrs.siren import evaluate
from inr2vec_core.inrs.siren_config import SirenConfig

STEPS = 20
CPU = torch.device("cpu")


def cases(context: Context) -> Iterator[Case]:
    """Fitting, then inr2vec's training step and embeddings."""
    sizes = [(16, 2, 64)] if context.tiny else [(64, 4, 1024), (512, 2, 2048)]
    for size in sizes:
        yield from _fitting_cases(size, context)
    yield from _training_cases(context)


def relative(found: Tensor, expected: Tensor) -> float:
    """The norm of the difference, as a share of the expected norm."""
    found = found.detach().double().cpu()
    return float((found - expected).norm() / expected.norm())


@dataclass(frozen=True)
class _Fitted:
    flat: Tensor
    loss: Tensor
    outputs: Tensor


def _fitting_cases(size: tuple[int, int, int], context: Context) -> Iterator[Case]:
    width, n, queries = size
    shape = SirenConfig(width, DEPTH)
    probes = torch.rand(n, 500, 3, generator=torch.Generator().manual_seed(0)).double() * 2 - 1

    def fitted(make: Callable[..., object], device: torch.device, kind: torch.dtype) -> _Fitted:
        flat, stored = start(width, n, queries, device)
        fit = make(flat.to(kind), Queries(stored, queries, kind), shape)
        for _ in range(STEPS):
            loss = fit.step()
        weights = fit.flat().detach().double().cpu()
        return _Fitted(weights, loss.double().cpu(), evaluate(weights, probes, shape))

    @functools.cache
    def expected() -> _Fitted:
        return fitted(AutogradFit, CPU, torch.float64)

    def errors(make, device: torch.device, kind: torch.dtype, precision: str) -> Row:
        set_precision(precision)
        found = fitted(make, device, kind)
        moved = expected().flat - start(width, n, queries, CPU)[0].double()
        return {
            "weights": relative(found.flat, expected().flat),
            "movement": relative(found.flat - expected().flat + moved, moved),
            "outputs": relative(found.outputs, expected().outputs),
            "loss": relative(found.loss, expected().loss),
        }

    def case(whose, path, precision, make, device=context.device, kind=torch.float32) -> Case:
        labels = {
            "what": f"{STEPS} steps of fitting", "size": f"{width}x{DEPTH}, {n} INRs, {queries}",
            "whose": whose, "path": path, "precision": precision, "on": device.type,
        }  # fmt: skip
        named = precision if precision in (*PRECISIONS, "medium") else "float32"
        return Case(labels, lambda: errors(make, device, kind, named), 3.0)

    compiled = functools.partial(LibraryFit, kernels=None)
    by_torch = functools.partial(LibraryFit, kernels=plain)
    yield case("library", "plain", "float64", by_torch, kind=torch.float64)
    if context.device_name != "cpu":
        yield case("library", "compiled", "float32", compiled, CPU)
    for precision in (*PRECISIONS, "medium"):
        yield case("library", "plain", precision, by_torch)
        yield case("library", _fastest(context.device), precision, compiled)
    yield case("benchmark", "autograd", "float32", AutogradFit)
    for name, product in (("backward", narrow_backward), ("both", narrow_both)):
        make = functools.partial(AutogradFit, product=product)
        yield case("benchmark", "autograd", f"bfloat16 in {name}", make)


def _fastest(device: torch.device) -> str:
    """What the library's own choice of kernels is: where nothing compiles, plain ones."""
    chosen = kernels_for(torch.zeros(1, device=device))
    return "compiled does not work: plain" if chosen is plain else "compiled"


def _training_cases(context: Context) -> Iterator[Case]:
    sizes = TINY_TRAINING if context.tiny else SMALL_TRAINING
    device = context.device
    start_of = training(sizes, CPU)

    def train(run: Training, mixed: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """The first step's loss and gradient, and the last step's loss."""
        first = run.step(mixed)
        gradient = torch.cat([p.grad.flatten() for p in run.model.parameters()]).clone()
        for _ in range(STEPS - 1):
            last = run.step(mixed)
        return first, gradient, last

    @functools.cache
    def expected() -> tuple[Training, tuple[Tensor, ...], Tensor]:
        run = copy.deepcopy(start_of).to(CPU, torch.float64)
        figures = tuple(t.double() for t in train(run))
        return run, figures, run.embed()

    def errors(mixed: bool, precision: str, where: torch.device) -> Row:
        set_precision(precision)
        run = copy.deepcopy(start_of).to(where)
        names = ("loss of step 1", "gradient of step 1", f"loss of step {STEPS}")
        found = dict(zip(names, zip(train(run, mixed), expected()[1], strict=True), strict=True))
        return {name: relative(*pair) for name, pair in found.items()}

    def embedding(precision: str, where: torch.device) -> Row:
        set_precision(precision)
        run = expected()[0]
        encoder: nn.Module = copy.deepcopy(run.model.encoder).to(where, torch.float32)
        found = Training.embed_with(encoder, run.flat.to(where, torch.float32))
        return {"embeddings": relative(found, expected()[2])}

    runs = [(p, False, device) for p in (*PRECISIONS, "medium")]
    runs.append(("mixed bfloat16", True, device))
    if context.device_name != "cpu":
        runs.insert(0, ("float32", False, CPU))
    for precision, mixed, where in runs:
        labels = {
            "size": f"{sizes['width']}x{DEPTH}, {sizes['batch']} INRs, {sizes['queries']}",
            "whose": "library", "path": "", "precision": precision, "on": where.type,
        }  # fmt: skip
        named = "float32" if mixed else precision
        what: Row = {"what": f"{STEPS} steps of inr2vec's training"}
        yield Case(
            what | labels, lambda m=mixed, p=named, w=where: errors(m, p, w), 3.0
        )  # fmt: skip
        if not mixed:
            yield Case(
                {"what": "inr2vec's embeddings"} | labels,
                lambda p=named, w=where: embedding(p, w),
            )
