"""Runs one program and writes what it took.

usage: python3 -I -S measured.py RESULT PROGRAM ARGUMENT...

RESULT gets one line: exit code, seconds of wall, seconds of CPU, KiB of peak memory. A process of its own, and a small
one: Linux counts the memory of the process that starts a program as that program's own peak.
"""

import os
import sys
import time

began = time.perf_counter()
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - began
with open(sys.argv[1], "w") as result:
    print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=result)
