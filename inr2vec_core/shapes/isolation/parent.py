"""Shapes read and prepared in a child process, so that a file which kills it costs one shape.

Parsers and geometry libraries are native code: on a bad file they may crash, hang, or ask for all
memory. The child works through all records; when it ends over one, or takes too long or too much
memory, that shape is set aside, and a new child goes on with the rest.
"""

import builtins
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

import inr2vec_core
from inr2vec_core.errors import InputError
from inr2vec_core.geometry.frames import Frame
from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io.readers.reasons import one_line
from inr2vec_core.io.shape_columns import shapes_of_columns
from inr2vec_core.shapes import formats
from inr2vec_core.shapes.build import PreparedRecord, ShapeShard, collect, prepare_shapes
from inr2vec_core.shapes.catalog import Rejected, ShapeRecord
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.isolation import child
from inr2vec_core.shapes.isolation.limits import Limits, out_of_memory
from inr2vec_core.shapes.isolation.messages import Message, read_message

START_SECONDS = 300  # imports from a slow file system
# Signals that somebody else sends (SIGKILL the system, too, where memory runs out): no fault of a
# file that is read just then, which gets another try.
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT}
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "IGL_NUM_THREADS"), "1"
)
_START = f"import sys; sys.path.insert(0, sys.argv[1]); from {child.__name__} import main; "
_START += "main(*map(int, sys.argv[2:]))"


def prepare_shard(
    dataset: ShapeDataset,
    records: Sequence[ShapeRecord],
    settings: ShapeSettings,
    augment_copies: int,
) -> ShapeShard:
    """The shapes of a shard: those of files by a child process, generated ones in this.

    The arguments are those of `prepare_in_child`, which says what it raises.
    """
    if not dataset.format.needs_root:
        return prepare_shapes(dataset.read(records), settings, augment_copies, dataset.seed)
    return collect(prepare_in_child(dataset, records, settings, augment_copies))


def prepare_in_child(
    dataset: ShapeDataset,
    records: Sequence[ShapeRecord],
    settings: ShapeSettings,
    augment_copies: int,
    limits: Limits | None = None,
) -> Iterator[PreparedRecord]:
    """Read and prepare shapes in a child process.

    Args:
        dataset: the data set, whose layout reads.
        records: the shapes.
        settings: what becomes of them.
        augment_copies: the number of copies of each training shape.
        limits: what a shape may take, before files' sizes are added.

    Yields:
        Each record once, in the order in which its layout reads; what ends the child is set aside.

    Raises:
        InputError: the layout raised it; or reading a file of many shapes ended the child.
        Exception: whatever else the layout or the preparation raised, with the child's traceback
            as a note.
    """
    layout, limits = dataset.format, limits or Limits()
    groups = [
        _Group(
            group,
            limits.raised_for(
                (path for record in group for path in (record.path, record.complete_path)),
                settings,
                augment_copies,
            ),
        )
        for group in layout.read_together(records)
    ]
    request = {
        "formats": list(formats.__path__),
        "dataset": asdict(dataset) | {"root": str(dataset.root)},
        "settings": asdict(settings),
        "augment_copies": augment_copies,
    }
    tried, warm = None, False
    while groups:
        with _Child(request, groups) as running:
            try:
                for prepared in _answers(running, groups):
                    warm = True
                    yield prepared
            except _Ended as end:
                group, record = groups[0], groups[0].records[0]
                # The first shape's time is also that of imports, from a slow file system perhaps.
                no_fault = end.signal in FROM_OUTSIDE or (end.too_slow and not warm)
                if no_fault and tried != record.shape_id:
                    tried = record.shape_id
                    continue
                verb = "reading" if group.read != record.shape_id else "preparing"
                reason = f"{record.path}: {verb} it {end}"
                if layout.many_per_file and verb == "reading":
                    raise InputError(reason) from None
                logging.warning("%s: set aside", reason)
                yield PreparedRecord.set_aside(record, reason)
                group.done(groups)


@dataclass
class _Group:
    """Records that are read together: those that are still to come, and the last that was read."""

    records: list[ShapeRecord]
    limits: Limits
    read: str = ""

    def done(self, groups: list["_Group"]) -> None:
        """Strike the first record off; and the group, once it is empty, from the list."""
        del self.records[0]
        if not self.records:
            del groups[0]


def _answers(running: "_Child", groups: list[_Group]) -> Iterator[PreparedRecord]:
    """What the child says of each record, until there are none."""
    while groups:
        group, record = groups[0], groups[0].records[0]
        said = running.receive(group.limits)
        if said.kind == "memory":
            raise _Ended(out_of_memory(group.limits.memory))
        if said.kind == "error":
            error = _error_of(said)
            error.add_note(f"while the layout read, or its shape was prepared: {record.path}")
            raise error
        if said.values["shape_id"] != record.shape_id:
            raise InputError(
                f"{record.path}: its layout read {said.values['shape_id']!r} where "
                f"{record.shape_id!r} was due: yield records in the order of `read_together`"
            )
        if said.kind == "read":
            group.read = record.shape_id
        else:
            yield _prepared_of(record, said)
            group.done(groups)


def _prepared_of(record: ShapeRecord, said: Message) -> PreparedRecord:
    values, columns = said.values, dict(said.arrays)
    if values["part_names"] is not None:
        columns["part_names"] = values["part_names"]
    frame = values["frame"]
    return PreparedRecord(
        record,
        shapes_of_columns(columns) if columns else [],
        values["copies"],
        values["preparation"],
        frame and Frame(np.array(frame[0], np.float64), frame[1]),
        [Rejected(*bad) for bad in values["rejected"]],
    )


def _error_of(said: Message) -> Exception:
    kind = getattr(builtins, said.values["type"], None)
    if said.values["type"] == "InputError":
        kind = InputError
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    try:
        error = kind(said.values["text"])
    except TypeError:  # such as UnicodeDecodeError, which takes five arguments
        error = RuntimeError(said.values["text"])
    error.add_note(said.values["trace"])
    return error


class _Ended(Exception):
    """The child is no more; the message says why.

    Attributes:
        signal: the signal that ended it, 0 for none.
        too_slow: whether it took too long.
    """

    def __init__(self, why: str, signal: int = 0, too_slow: bool = False):
        super().__init__(why)
        self.signal, self.too_slow = signal, too_slow


class _Child:
    """A running child; leaving its context ends it."""

    def __init__(self, request: dict, groups: list[_Group]):
        pipe, written = os.pipe()
        self._pipe = pipe
        self._said = tempfile.TemporaryFile()  # closed by the context  # noqa: SIM115
        root = Path(inr2vec_core.__file__).parents[1]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, root, str(written), str(os.getpid())],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said,
                pass_fds=[written], env=os.environ | _ONE_THREAD | {"CUDA_VISIBLE_DEVICES": ""},
            )  # fmt: skip
        finally:
            os.close(written)
        try:
            self._ask(request, groups)
        except BaseException:
            self.__exit__()
            raise

    def _ask(self, request: dict, groups: list[_Group]) -> None:
        asked = [
            {"records": [vars(record) for record in group.records], "memory": group.limits.memory}
            for group in groups
        ]
        with suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(json.dumps(request | {"groups": asked}).encode())
        try:
            ready = self.receive(Limits(START_SECONDS))
        except _Ended as end:
            raise RuntimeError(f"the process that reads shapes {end}: {self._tail()}") from None
        if ready.kind == "error":
            raise _error_of(ready)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._pipe)
        self._said.close()

    def receive(self, limits: Limits) -> Message:
        """The next message.

        Raises:
            _Ended: there is none, because the child ended or took more than the limit, or it is
                garbled: what runs in the child may write anywhere.
        """

        def read(buffer: memoryview) -> None:
            while buffer:
                self._wait(limits)
                n = os.readv(self._pipe, [buffer])
                if n == 0:
                    raise self._end()
                buffer = buffer[n:]

        try:
            return read_message(read, limits.memory)
        except ValueError as error:
            raise _Ended(f"garbled what its process says ({one_line(error)})") from None

    def _wait(self, limits: Limits) -> None:
        """Wait until there is something to read."""
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        taken, now = 0.0, time.monotonic()
        _, cpu, _ = self._state()
        ended = False
        while not poll.poll(1000 * min(1, limits.seconds)):
            if ended:  # a process that it started keeps the pipe open
                raise self._end()
            (was, before), now = (now, cpu), time.monotonic()
            status, cpu, memory = self._state()
            if memory > limits.memory:  # shared memory, which the child's own limit leaves out
                raise _Ended(out_of_memory(limits.memory))
            # A busy machine or a slow file system that keeps the child waiting is no bad file.
            waits = status in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
            taken += cpu - before if waits else now - was
            if taken > limits.seconds:
                raise _Ended(f"took more than {limits.seconds:.0f} s", too_slow=True)
            ended = self._process.poll() is not None

    def _state(self) -> tuple[str, float, int]:
        """The child's status, the seconds of processor time and the bytes of memory it took."""
        try:
            process = psutil.Process(self._process.pid)
            times = process.cpu_times()
            return process.status(), times.user + times.system, process.memory_info().rss
        except psutil.Error:
            return "", 0.0, 0

    def _end(self) -> _Ended:
        code = self._process.wait()
        if code >= 0:
            return _Ended(f"ended its process with code {code}")
        if "bad_alloc" in self._tail():
            return _Ended("needs more memory than it may take")
        with suppress(ValueError):
            return _Ended(f"was ended by signal {signal.Signals(-code).name}", -code)
        return _Ended(f"was ended by signal {-code}", -code)

    def _tail(self) -> str:
        """The end of what the child wrote to its standard error."""
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - 2000))
        return " ".join(self._said.read().decode(errors="replace").split()) or "it said nothing"
