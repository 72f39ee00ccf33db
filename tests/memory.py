"""Where this machine keeps files in memory: the databases of tests lie there if they can."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3


def in_memory() -> Path | None:
    """Return a folder in memory that has room for databases and lets programs run, if there is one.

    Beside the data of PostgreSQL lie its programs, for root; containers often let none run there.
    """
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None
