"""What a step's process runs. Nothing is imported at the top, so that `gpu.py` starts at once."""

import platform
from collections.abc import Iterator

Row = dict[str, object]


def run_step(name: str, settings: dict) -> Iterator[Row]:
    """Rows of a step.

    Args:
        name: a key of `CASES`.
        settings: what a `Context` is made with.
    """
    import torch

    from gpu_steps.context import Context, run_cases
    from gpu_steps.registry import CASES

    context = Context(**settings)
    torch.set_num_threads(context.threads)
    yield from run_cases(CASES[name](context), context)


def machine_row(device_name: str) -> Iterator[Row]:
    """One row, of the machine and its software."""
    import torch
    from machine import describe

    device = torch.device(device_name)
    row: Row = {"device": describe(device), "python": platform.python_version()}
    row |= {"torch": torch.__version__, "cuda": torch.version.cuda}
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        row |= {
            "GiB": properties.total_memory / 2**30,
            "multiprocessors": properties.multi_processor_count,
        }
        torch.ones(1, device=device).sum().item()  # that it is named does not say that it works
    yield row
