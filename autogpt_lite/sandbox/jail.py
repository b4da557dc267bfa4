"""The program that makes a code sandbox out of Linux namespaces, and runs in it: standard library and frames only.

Started like child.py, speaks like child.py, and takes one call. Two steps, since each needs a right that the next gives up:

1. Its own mounts. A root file system in memory, with the programs of this machine read-only, a few devices and one writable place of
   limited size; everything else of this machine, the data directory above all, is not there.
2. As nobody (where the server is root), or as the server's own user, in a user namespace without a right outside: own processes,
   network (none), hostname, System V IPC. There it becomes process 1 (see jail_init), and what it leaves takes all others along.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

from . import confine, jail_init

_NEWNS, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
_NEWIPC, _NEWUTS, _NEWCGROUP = 0x8000000, 0x4000000, 0x2000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "arm64": 41}
_PR_SET_DUMPABLE = 4
NOBODY = 65534
INSIDE = 1000
"""The user's number inside."""

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
DEVICES = ("null", "zero", "full", "random", "urandom")
HOME, WORK, TEMPORARY = "/home", "/home/user", "/home/tmp"

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Builds the sandbox, answers one call from within, ends. What fails is told in a frame."""
    setup = json.loads(sys.argv[1])
    confine.start_confining(setup["parent_pid"], 0)
    channel = jail_init.Channel()
    try:
        _own_mounts(setup)
        _leave_rights(setup)
        child = os.fork()
        if child == 0:
            _become_first(setup, channel)
    except OSError as error:
        channel.send(
            ["failed", "BlockError", f"This machine does not let a sandbox be made ({error.strerror}: {error.filename})."]
        )
        os._exit(1)
    channel.close()
    os.waitpid(child, 0)
    os._exit(0)


# --- step 1: what is there ----------------------------------------------------------------------------------------------


def _own_mounts(setup: dict[str, Any]) -> None:
    if os.geteuid() == 0:
        _unshare(_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        _unshare(_NEWUSER | _NEWNS)
        _map_user(0, uid, gid)
    _mount(None, "/", None, _REC | _PRIVATE)
    root = setup["root"]
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,nr_inodes=4k,mode=755")
    bound = [path for path in (*SYSTEM, *setup["programs"]) if _show(root, path)]
    _hide(root, setup["hidden"], bound)
    _add_devices(root)
    _add_files(root)
    _mkdir(root + "/proc")
    _mount("/proc", root + "/proc", None, _BIND | _REC)
    _mkdir(root + HOME)
    _mount("tmpfs", root + HOME, "tmpfs", _NOSUID | _NODEV, f"size={setup['disk_mb']}m,nr_inodes={setup['max_files']},mode=755")
    for path in (WORK, TEMPORARY):
        os.mkdir(root + path)
        if setup["is_root"]:  # not geteuid(): whoever made a user namespace is 0 in it
            os.chown(root + path, NOBODY, NOBODY)
    os.symlink(TEMPORARY, root + "/tmp")
    _enter(root)


def _show(root: str, path: str) -> bool:
    """The same path inside, read-only; whether it is there now."""
    inside = root + path
    if not os.path.lexists(path) or os.path.lexists(inside):
        return False
    _mkdir(os.path.dirname(inside))
    if os.path.islink(path):
        os.symlink(os.readlink(path), inside)
        return False
    if os.path.isdir(path):
        _mkdir(inside)
    else:
        open(inside, "x").close()
    _mount(path, inside, None, _BIND)
    _mount(None, inside, None, _BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV | _kept_flags(path))
    return True


def _kept_flags(path: str) -> int:
    # What a mount has, a user namespace may not take from it.
    flags = os.statvfs(path).f_flag
    return flags & (_NOSUID | _NODEV | _NOEXEC | 1024 | 2048) | (1 << 21 if flags & 4096 else 0)


def _hide(root: str, hidden: list[str], shown: list[str]) -> None:
    """Covers what lies below something that is shown and must not be seen."""
    for path in hidden:
        if any(path.startswith(above.rstrip("/") + "/") for above in shown) and os.path.isdir(root + path):
            _mount("tmpfs", root + path, "tmpfs", _NOSUID | _NODEV | _RDONLY, "size=4k,mode=700")


def _add_devices(root: str) -> None:
    _mkdir(root + "/dev")
    for name in DEVICES:
        open(f"{root}/dev/{name}", "x").close()
        _mount(f"/dev/{name}", f"{root}/dev/{name}", None, _BIND)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{root}/dev/{name}")


def _add_files(root: str) -> None:
    _mkdir(root + "/etc")
    files = {
        "passwd": f"user:x:{INSIDE}:{INSIDE}::{WORK}:/bin/sh\n",
        "group": f"user:x:{INSIDE}:\n",
        "hosts": "127.0.0.1 localhost\n",
    }
    for name, content in files.items():
        with open(f"{root}/etc/{name}", "x") as file:
            file.write(content)


def _enter(root: str) -> None:
    os.chdir(root)
    if _libc.syscall(ctypes.c_long(_PIVOT_ROOT[os.uname().machine]), b".", b".") != 0:
        raise _error("pivot_root")
    if _libc.umount2(b".", _MNT_DETACH) != 0:
        raise _error("umount")
    os.chdir("/")
    _mount(None, "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


# --- step 2: who it is ---------------------------------------------------------------------------------------------------------------


def _leave_rights(setup: dict[str, Any]) -> None:
    if setup["is_root"]:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        confine.die_with_parent(setup["parent_pid"])  # another user: the kernel has forgotten it
    uid, gid = os.geteuid(), os.getegid()
    _libc.prctl(_PR_SET_DUMPABLE, ctypes.c_long(1), 0, 0, 0)  # else /proc/self belongs to root, and the map cannot be written
    _unshare(_NEWUSER | _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS | _NEWCGROUP)
    _map_user(INSIDE, uid, gid)


def _become_first(setup: dict[str, Any], channel: jail_init.Channel) -> None:
    """Process 1 of the sandbox. Does not return."""
    try:
        confine.die_with_parent(0)  # 0: the parent is in another process namespace, where it has no number
        _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
        _libc.sethostname(b"sandbox", 7)
        confine.drop_capabilities()
        jail_init.serve(setup, channel)
    except OSError as error:
        channel.send(
            ["failed", "BlockError", f"This machine does not let a sandbox be made ({error.strerror}: {error.filename})."]
        )
    finally:
        os._exit(0)


def _map_user(inside: int, uid: int, gid: int) -> None:
    for name, line in (("setgroups", "deny"), ("uid_map", f"{inside} {uid} 1"), ("gid_map", f"{inside} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _mkdir(path: str) -> None:
    os.makedirs(path, mode=0o755, exist_ok=True)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags) != 0:
        raise _error("namespaces")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    arguments = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    if _libc.mount(*arguments, ctypes.c_ulong(flags), None if options is None else options.encode()) != 0:
        raise _error(f"mount {os.path.basename(target)}")


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), what)
