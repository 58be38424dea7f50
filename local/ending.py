"""Ends a process together with the one that forked it, whatever ends that."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def with_parent(parent: int) -> None:
    """The kernel kills this process when its parent is gone; on Linux only."""
    if _libc is not None:
        _libc.prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
