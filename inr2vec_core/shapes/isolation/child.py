"""The child process that reads and prepares shapes; started by `parent.py`.

What may crash or hang runs here. A shape that is set aside or an error is told to the parent;
whatever else ends this process, the parent sees.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from typing import BinaryIO

from inr2vec_core.errors import BadShape, InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.shape_columns import shape_columns
from inr2vec_core.modalities import modality
from inr2vec_core.shapes import formats
from inr2vec_core.shapes.build import PreparedRecord, prepare_record
from inr2vec_core.shapes.catalog import ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.isolation.limits import out_of_memory
from inr2vec_core.shapes.isolation.messages import Message, write_message
from inr2vec_core.utils.text import message_of

_PR_SET_PDEATHSIG = 1


def main(pipe: int, parent: int) -> None:
    """Answer the request that stands on standard input.

    Args:
        pipe: the file descriptor that messages are written to.
        parent: the number of the process that asks.
    """
    _end_with(parent)
    with os.fdopen(pipe, "wb") as file:
        try:
            _answer(json.load(sys.stdin.buffer), file)
        except BrokenPipeError:
            os._exit(1)  # the parent wants no more
        except Exception as error:
            said = {"type": type(error).__name__, "text": message_of(error)}
            write_message(file, Message("error", said | {"trace": traceback.format_exc()}))


def _end_with(parent: int) -> None:
    """End with the parent, however that ends; leave Ctrl+C to it; leave no core dump."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(request: dict, file: BinaryIO) -> None:
    formats.__path__[:] = request["formats"]
    dataset = ShapeDataset(**request["dataset"])
    settings = ShapeSettings(**request["settings"])
    layout, target = dataset.format, modality(settings.field)
    write_message(file, Message("ready"))
    for group in request["groups"]:
        records = [ShapeRecord(**values) for values in group["records"]]
        _limit_memory(group["memory"])
        try:
            missing = len(records)
            for record, geometry in layout.read(records):
                write_message(file, Message("read", {"shape_id": record.shape_id}))
                if isinstance(geometry, BadShape) and _for_memory(geometry):
                    said = out_of_memory(group["memory"])
                    geometry = BadShape(f"{record.path}: reading it {said}")
                prepared = prepare_record(
                    record, geometry, settings, request["augment_copies"], dataset.seed
                )
                write_message(file, _message_of(prepared, target.shape_class))
                missing -= 1
            if missing:
                raise RuntimeError(f"{dataset.reader} left out {missing} of {len(records)} shapes")
        except (MemoryError, InputError) as error:
            if not _for_memory(error):
                raise
            write_message(file, Message("memory"))
            return


def _for_memory(error: BaseException | None) -> bool:
    """Whether an error, or what it was raised from, is that of memory."""
    return error is not None and (isinstance(error, MemoryError) or _for_memory(error.__cause__))


def _limit_memory(most_bytes: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most_bytes = min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))


def _message_of(prepared: PreparedRecord, shape_class: type) -> Message:
    columns = shape_columns(prepared.shapes, shape_class) if prepared.shapes else {}
    values = {
        "shape_id": prepared.record.shape_id,
        "copies": prepared.copies,
        "preparation": prepared.preparation,
        "frame": prepared.frame and [prepared.frame.center.tolist(), prepared.frame.scale],
        "rejected": [[bad.shape_id, bad.source_file, bad.reason] for bad in prepared.rejected],
        "part_names": columns.pop("part_names", None),
    }
    return Message("prepared", values, columns)
