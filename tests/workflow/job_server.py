"""Runs scripts in children of one process that has imported what they import.

Most of a tiny job's time goes into importing torch and its like. Snakemake starts its jobs by
`sys.executable`; `forked.py` puts `job_client.py` there, which hands them over to this server.
Started with the path of the socket to listen at; ends with the process that started it.
"""

import atexit
import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

# A fork takes no threads along: of these only pyarrow starts one, which frees memory.
IMPORTED = (
    "torch", "torch.nn.utils.fusion", "pandas", "pyarrow.parquet", "h5py", "igl", "manifold3d",
    "matplotlib.pyplot", "numba", "plotly.graph_objects", "psutil", "safetensors.torch",
    "scipy.spatial.distance", "skimage.measure", "sklearn.covariance", "sklearn.decomposition",
    "sklearn.ensemble", "sklearn.linear_model", "sklearn.manifold", "sklearn.metrics",
    "sklearn.neighbors", "snakemake.script", "tqdm", "trimesh",
)  # fmt: skip


def serve(path: str) -> None:
    """Fork a child for every connection, until the parent process is gone."""
    for name in IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no collecting
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while os.getppid() == parent:
            if not select.select([listener], [], [], 1)[0]:
                continue
            connection, _ = listener.accept()
            if not os.fork():
                listener.close()
                _child(connection)
            connection.close()


def _child(connection: socket.socket) -> None:
    """Run what the client asks for with its streams, folder and environment; tell the status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(connection, 4, 3)
    for stream, number in zip(streams, (0, 1, 2), strict=True):
        os.dup2(stream, number)
    with connection.makefile("rb") as said:
        asked = json.loads(said.read(int.from_bytes(length, sys.byteorder)))
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.argv = asked["argv"]
    paths = asked["env"].get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [str(Path(sys.argv[0]).parent), *filter(None, paths)]
    if "RECORD_WRITES" in os.environ:
        importlib.import_module("record_writes").install(os.environ["RECORD_WRITES"])
    status = _status_of(sys.argv[0])
    connection.sendall(bytes([status]))
    os._exit(status)


def _status_of(script: str) -> int:
    """Run a script as Python does, to the end of its threads and exit functions."""
    status = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    return status


if __name__ == "__main__":
    serve(sys.argv[1])
