"""Lets a test stop a job at one exact moment; Python imports this at its start.

STOP_AT is "script event pattern n": a job of that script stops itself (SIGSTOP) at the n-th audit
event of that name whose arguments match the pattern. The test then does what it wants to the run,
and kills or continues the job: nothing depends on timing.
"""

import os
import re
import signal
import sys

if "STOP_AT" in os.environ:
    script, event, pattern, n = os.environ["STOP_AT"].split()
    seen = []

    def stop(name, args):
        if name == event and re.search(pattern, repr(args)):
            seen.append(name)
            if len(seen) == int(n):
                os.kill(os.getpid(), signal.SIGSTOP)

    if any(word.endswith(f".{script}.py") for word in sys.orig_argv):
        sys.addaudithook(stop)
