"""What every script shares: log, threads, device, errors, figures of the run, orphan guard."""

import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from inr2vec_core.errors import InputError
from inr2vec_core.io.atomic import add_commit_guard
from inr2vec_core.io.file_errors import unwritable
from workflow_scripts.common.gpus import take_gpu, visible_gpus

_STARTED = time.monotonic()
_GONE = "the Snakemake that started this job is gone"


def run(main: Callable, snakemake) -> None:
    """Call `main(snakemake)` with its log set up; bad input ends it with one clear line."""
    snakemake_process = _snakemake_process()
    if _gone(snakemake_process):
        sys.exit(f"{snakemake.rule}: {_GONE}")
    log = Path(snakemake.log[0])
    try:
        _start_log(log)
    except OSError as error:
        sys.exit(f"{snakemake.rule}: {unwritable(log, error) or error}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets `atomic` clean up
    _end_with(snakemake_process)
    try:
        main(snakemake)
    except InputError as error:
        logging.error("%s: %s", snakemake.rule, error)
        sys.exit(1)
    except KeyboardInterrupt:
        logging.error("%s: interrupted", snakemake.rule)
        sys.exit(130)
    except Exception:
        logging.exception("%s failed", snakemake.rule)
        sys.exit(1)
    logging.info("done: %s", run_figures())


def _start_log(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # what an orphan still has to say goes with its own file
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.WARNING)
    file = logging.FileHandler(path, "w", encoding="utf-8", errors="backslashreplace")
    # On a full disk a traceback for each line would hide the one that says so on screen.
    file.handleError = lambda record: None
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", force=True, handlers=[file, screen]
    )
    logging.captureWarnings(True)


def torch_device(snakemake, precision: str = "float32"):
    """CUDA if the job was given a GPU and torch sees one, else CPU; sets threads and precision."""
    import torch

    torch.set_num_threads(snakemake.threads)
    wanted = int(snakemake.resources.get("gpu", 0) or 0) > 0
    if wanted:
        take_gpu(Path(".snakemake/gpus"))
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # or a search for neighbors would find one
    device = torch.device("cuda" if wanted and torch.cuda.is_available() else "cpu")
    if device.type == "cuda":  # a processor's products of float32 stay in float32
        torch.set_float32_matmul_precision(
            {"float32": "highest", "tf32": "high", "bfloat16": "medium"}[precision]
        )
    if wanted and device.type == "cpu" and (gpus := visible_gpus()):
        logging.warning(
            "GPU %s is visible, but torch %s cannot use it (%s): this job runs on the processor; "
            "with --resources gpu=0 such jobs run side by side",
            gpus[0], torch.__version__, _why_not_cuda(torch),
        )  # fmt: skip
    logging.info("device %s, %d thread(s), %s", device, snakemake.threads, precision)
    return device


def _why_not_cuda(torch) -> str:
    try:
        torch.cuda.init()
    except Exception as error:  # of several kinds, by what is wrong with driver or build
        return " ".join(str(error).split())
    return "it finds none"


def run_figures() -> dict[str, float]:
    """Wall time and peak memory so far, for logs and files' attributes; a child's if larger."""
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(which).ru_maxrss for which in processes) / 1024
    return {"wall_seconds": round(time.monotonic() - _STARTED, 2), "peak_mib": round(peak, 1)}


def provenance(snakemake) -> dict[str, str | float]:
    """What a file should say of its own making."""
    return {"rule": snakemake.rule, "code": snakemake.params.code, **run_figures()}


def _snakemake_process() -> psutil.Process | int | None:
    """The Snakemake that started this job, from the environment (see environment.py).

    Its number alone where it has ended already; None where a script is run without Snakemake.
    """
    number = int(os.environ.get("INR2VEC_SNAKEMAKE", 0))
    try:
        return psutil.Process(number) if number else None
    except psutil.NoSuchProcess:
        return number


def _gone(process: psutil.Process | int | None) -> bool:
    if not isinstance(process, psutil.Process):
        return process is not None
    try:
        # In a container nobody may collect the dead, which stay zombies then.
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _end_with(process: psutil.Process | int | None) -> None:
    """End this job when the Snakemake that started it is gone, and write nothing any more.

    After a `kill -9` of Snakemake its jobs live on; a job that went on to write under the name
    that a new run is writing to could spoil that run.
    """
    if process is None:
        return

    def check() -> None:
        if _gone(process):
            raise InputError(f"{_GONE}; nothing was written")

    def watch() -> None:
        while not _gone(process):
            time.sleep(1)
        logging.error(_GONE)
        # A real signal, which also wakes a main thread that waits for others; it then removes
        # what it was writing.
        signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
        time.sleep(10)
        os._exit(1)

    add_commit_guard(check)
    threading.Thread(target=watch, daemon=True).start()
