"""Stands for Python in the tests' Snakemake: hands a script to `job_server.py` and waits for it.

Started with the path of the server's socket, the script and its arguments.
"""

import json
import os
import socket
import sys
from pathlib import Path

with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    asked = {"argv": sys.argv[2:], "cwd": str(Path.cwd()), "env": dict(os.environ)}
    text = json.dumps(asked).encode()
    socket.send_fds(server, [len(text).to_bytes(4, sys.byteorder)], [0, 1, 2])
    server.sendall(text)
    status = server.recv(1)
sys.exit(status[0] if status else "the job died")
