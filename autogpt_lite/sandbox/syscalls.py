"""The seccomp filter of the code sandbox: ordinary programs run, what reaches around the sandbox does not.

A list of what is refused, unlike confine's: nobody knows all calls that Python, node and a shell need. It is the second fence; the
first are the namespaces, which leave nothing to reach.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# Linux call numbers (x86-64, arm64).
_REFUSED = {
    # Other namespaces, other roots, mounts.
    **{"unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41)},
    **{"chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431)},
    **{"fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264)},
    **{"open_by_handle_at": (304, 265)},
    # Other processes.
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438)},
    **{"process_madvise": (440, 440), "kcmp": (312, 272)},
    # Memory that no process is charged for.
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "mq_open": (240, 180)},
    # Parts of the kernel that have had holes and that no program here needs.
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425)},
    **{"io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217)},
    **{"request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106)},
    **{"kexec_load": (246, 104), "personality": (135, 92), "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60)},
    **{"swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142)},
}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_NEW_NAMESPACES = 0x7E020000
_AF_UNIX = 1
_X32_CALLS = 0x40000000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_PR_SET_SECCOMP = 22

Line = tuple[int, int, int, int]


def install() -> None:
    """Puts the filter on this process and all that it starts; it takes PR_SET_NO_NEW_PRIVS before. Raises OSError."""
    program = _program()
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    header = Program(len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_long(2), ctypes.byref(header), ctypes.c_long(0), ctypes.c_long(0)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _program() -> bytes:
    """BPF instructions of 8 bytes."""
    column, architecture = _ARCHITECTURES[platform.machine()]
    lines: list[Line] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        *((_EQUAL, 1, 0, architecture), _refuse(errno.EPERM)),
        (_LOAD, 0, 0, _NUMBER),
        *((_AT_LEAST, 0, 1, _X32_CALLS), _refuse(errno.EPERM)),
    ]
    for numbers in _REFUSED.values():
        lines += [(_EQUAL, 0, 1, numbers[column]), _refuse(errno.EPERM)]
    # glibc then falls back to clone, whose flags can be looked at; those of clone3 are in memory.
    lines += [(_EQUAL, 0, 1, _CLONE3[column]), _refuse(errno.ENOSYS)]
    lines += [(_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 0, 5, _NEW_NAMESPACES)]
    lines += [_refuse(errno.EPERM)]
    lines += [(_EQUAL, 0, 3, _SOCKET[column]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 1, 0, _AF_UNIX)]
    lines += [_refuse(errno.EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _refuse(number: int) -> Line:
    return _RETURN, 0, 0, _ERRNO | number
