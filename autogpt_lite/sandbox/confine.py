"""What a child does to itself before it touches anything from outside. Standard library only; every step is optional, since
no two systems have the same; the report says what is in force.

Linux: resource limits, PR_SET_PDEATHSIG, Landlock with no rule (no path can be opened) and a seccomp list of the few calls that
computing needs. macOS: the resource limits except memory. Windows: nothing but the time limit and the clean environment.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import sys
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_PR_CAPBSET_DROP, _CAPABILITY_VERSION_3 = 24, 0x20080522
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_VERSION_FLAG = 1


def start_confining(parent_pid: int, memory_mb: int) -> dict[str, bool]:
    """Before the imports: the child dies with the server, and its memory is limited. Exits if the server is gone already."""
    if hasattr(os, "nice"):
        os.nice(5)  # on few cores, an endless loop here must not take the loop's time there
    return {"dies_with_server": die_with_parent(parent_pid), "memory_limit": _limit_memory(memory_mb)}


def finish_confining() -> dict[str, Any]:
    """After the imports: no new descriptor, no new process, no file, no network, as far as this system can.

    `confined` is true only where the kernel refuses all four to code that has broken out of Python.
    """
    report: dict[str, Any] = {"landlock": _restrict_paths(), "descriptor_limit": _forbid_descriptors()}
    report["seccomp"] = report["confined"] = _filter_syscalls()
    return report


def _linux_call(name: str, *arguments: Any) -> int:
    """A libc function by name with pointer-wide arguments: the result, -1 on an error or on another system."""
    if sys.platform != "linux":
        return -1
    import ctypes

    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long
    # Without c_long, ctypes passes 32 bits of a number and leaves the upper half of the register as it was.
    return function(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


def die_with_parent(parent_pid: int) -> bool:
    """Lets the kernel kill this process when the one that started it ends; 0 where that one has no number here."""
    if sys.platform != "linux":
        return False
    # Linux sends the signal when the THREAD ends that started the child: start children from the loop's thread only.
    done = _linux_call("prctl", _PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0
    if parent_pid and os.getppid() != parent_pid:
        os._exit(1)
    return done


def _limit_memory(memory_mb: int) -> bool:
    if not memory_mb or resource is None or sys.platform == "darwin":  # macOS takes RLIMIT_AS and does not enforce it
        return False
    return _set_limit("RLIMIT_AS", memory_mb * 1024 * 1024)


def _forbid_descriptors() -> bool:
    if resource is None:
        return False
    for name in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC"):
        _set_limit(name, 0)
    # With no descriptor to have, open(), socket(), pipe() and the like fail on every Unix.
    return _set_limit("RLIMIT_NOFILE", 0)


def _set_limit(name: str, value: int) -> bool:
    with contextlib.suppress(ValueError, OSError, AttributeError):
        resource.setrlimit(getattr(resource, name), (value, value))
        return True
    return False


def forbid_tracing() -> bool:
    """No other process of this user may read the memory or the environment of this one, nor attach to it; no core dumps. Linux."""
    return _linux_call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0) == 0


def drop_capabilities() -> None:
    """Gives up every capability for good, and the way to get one by starting a program. Raises OSError."""
    import ctypes

    _linux_call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for number in range(64):
        _linux_call("prctl", _PR_CAPBSET_DROP, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if _linux_call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "capabilities")


# --- Landlock ---------------------------------------------------------------------------------------------


def landlock_version() -> int:
    """The version of the kernel's Landlock interface, 0 where there is none."""
    return max(_linux_call("syscall", _LANDLOCK_CREATE_RULESET, 0, 0, _LANDLOCK_VERSION_FLAG), 0)


def _restrict_paths() -> int:
    """Handles every right that this kernel knows and grants none: no path, no TCP, no signal to others. Returns the version in force."""
    import ctypes

    version = landlock_version()
    if not version:
        return 0
    file_rights = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    words = [(1 << file_rights) - 1] + ([0b11] if version >= 4 else []) + ([0b11] if version >= 6 else [])
    attributes = (ctypes.c_uint64 * len(words))(*words)
    ruleset = _linux_call("syscall", _LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    if ruleset < 0:
        return 0
    _linux_call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done = _linux_call("syscall", _LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return version if done == 0 else 0


# --- seccomp ----------------------------------------------------------------------------------------------

# Linux call numbers (x86-64, arm64). A list of what is allowed: what is new in a later kernel stays forbidden.
_ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),  # by number only; newfstatat would look at paths
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "setitimer": (38, 103),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}
_LOAD_WORD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050001


def has_syscall_filter() -> bool:
    """Whether this machine is one that the filter below is written for and its kernel has seccomp."""
    return (
        sys.platform == "linux"
        and sys.maxsize > 2**32
        and platform.machine() in _ARCHITECTURES
        and _linux_call("prctl", 21, 0, 0, 0, 0) >= 0
    )


def _filter_syscalls() -> bool:
    if not has_syscall_filter():
        return False
    import ctypes

    program = _filter_program(*_ARCHITECTURES[platform.machine()])
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    header = Program(len(program) // 8, ctypes.addressof(buffer))
    forbid_tracing()
    _linux_call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return _linux_call("prctl", _PR_SET_SECCOMP, 2, ctypes.byref(header), 0, 0) == 0


def _filter_program(column: int, architecture: int) -> bytes:
    """BPF instructions of 8 bytes: refuse another architecture's numbers, allow the list, refuse the rest with EPERM."""
    import struct

    numbers = [pair[column] for pair in _ALLOWED.values()]
    lines = [(_LOAD_WORD, 0, 0, 4), (_JUMP_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSE_WITH_EPERM), (_LOAD_WORD, 0, 0, 0)]
    for left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
        lines.append((_JUMP_EQUAL, left, 0, number))
    lines += [(_RETURN, 0, 0, _REFUSE_WITH_EPERM), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
