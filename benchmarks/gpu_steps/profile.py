"""Step 3, where the time goes: a profile by kernel of one step of fitting."""

from collections.abc import Iterator

from machine import synchronize
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from gpu_steps.context import Case, Context, Row
from gpu_steps.fits import DEPTH, LibraryFit, Queries, start
from gpu_steps.measure import set_precision
from inr2vec_core.inrs.siren_config import SirenConfig

SHOWN = 12  # kernels, the rest together


def cases(context: Context) -> Iterator[Case]:
    """The library's step of the paper's and of small INRs."""
    sizes = [(16, 64, 4)] if context.tiny else [(512, 10_000, 16), (64, 1024, 256)]
    for width, queries, n in sizes:
        yield Case(
            {"size": f"{width}x{DEPTH}", "queries": queries, "INRs": n, "precision": "TF32"},
            lambda w=width, q=queries, n=n: _rows(context, w, q, n),
            4.0,
        )


def _rows(context: Context, width: int, queries: int, n: int) -> list[Row]:
    device = context.device
    set_precision("TF32")
    flat, stored = start(width, n, queries, device)
    fit = LibraryFit(flat, Queries(stored, queries), SirenConfig(width, DEPTH))
    for _ in range(3):
        fit.step()
    synchronize(device)
    cuda = device.type == "cuda"
    activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * cuda
    with profile(activities=activities) as found:
        fit.step()
        synchronize(device)
    if cuda:  # operators on the CPU bear the times of their kernels a second time
        kernels = [e for e in found.key_averages() if e.device_type == DeviceType.CUDA]
        times = [(e.key, e.count, e.self_device_time_total) for e in kernels]
    else:
        times = [(e.key, e.count, e.self_cpu_time_total) for e in found.key_averages()]
    times.sort(key=lambda t: -t[2])
    total = sum(t for _, _, t in times) or 1.0
    rest = times[SHOWN:]
    shown = [*times[:SHOWN], ("the rest", sum(c for _, c, _ in rest), sum(t for *_, t in rest))]
    return [
        {"kernel": key[:70], "calls": calls, "ms": t / 1e3, "share": t / total}
        for key, calls, t in shown
    ]
