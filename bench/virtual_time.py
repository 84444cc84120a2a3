"""Runs a Python script whose sleeps pass on the simulated account instead of on this machine.

usage: virtual_time.py URL KILLED_AFTER (SCRIPT | -m MODULE) ARGUMENT...

Whatever sleeps through time.sleep, botocore's waiters among it, moves the account at URL on by as many seconds and
returns at once. After KILLED_AFTER such seconds in all the process dies of SIGKILL; "never" lets it live.
"""

import math
import os
import runpy
import signal
import sys
import time
import urllib.request

url, killed_after = sys.argv[1:3]
deadline = math.inf if killed_after == "never" else float(killed_after)
slept = 0
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def sleep(seconds: float) -> None:
    global slept
    whole = math.ceil(min(seconds, deadline - slept))
    request = urllib.request.Request(f"{url}/_simulated/advance?seconds={whole}", method="POST")
    direct.open(request, timeout=60).read()
    slept += whole
    if slept >= deadline:
        os.kill(os.getpid(), signal.SIGKILL)


time.sleep = sleep
sys.argv = sys.argv[3:]
if sys.argv[0] == "-m":
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    runpy.run_path(sys.argv[0], run_name="__main__")
