"""What can be wrong with the file or the disk, told apart from what is wrong with a statement."""

from __future__ import annotations

import errno
import os

import apsw

from ..errors import DatabaseDamagedError, DatabaseError, DatabaseUnavailableError, DiskFullError

FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room on the disk, in the quota, or below the limit of a file's size: all the same to whoever wants to write."""

_UNAVAILABLE = (apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.NoMemError, apsw.PermissionsError)
_DAMAGED = (apsw.CorruptError, apsw.NotADBError)
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)


def disk_failure(error: BaseException | None, system_errno: int = 0) -> DatabaseError | None:
    """The error to tell where the disk or the file is to blame; None where the statement is.

    `system_errno` is what the system said last on that connection: SQLite itself has one code for everything but ENOSPC.
    """
    if isinstance(error, (DiskFullError, DatabaseUnavailableError, DatabaseDamagedError)):
        return error
    if isinstance(error, OSError):
        system_errno = error.errno or 0
    if isinstance(error, apsw.FullError):
        return DiskFullError()
    if isinstance(error, (OSError, *_UNAVAILABLE)):
        return DiskFullError() if system_errno in FULL_ERRNOS else DatabaseUnavailableError(_reason(error, system_errno))
    if isinstance(error, _DAMAGED):
        return DatabaseDamagedError()
    return None


def _reason(error: BaseException, system_errno: int) -> str:
    # Never with a path: it goes out to clients.
    if isinstance(error, apsw.NoMemError):
        return "The server has no memory left."
    if isinstance(error, apsw.ReadOnlyError) or system_errno in (errno.EROFS, errno.EACCES):
        return "The database cannot be written: its disk is read-only."
    if system_errno in _TOO_MANY_FILES:
        return "The server has too many files and connections open."
    told = os.strerror(system_errno) if system_errno else ""
    return f"The disk of the database does not answer as it should{f' ({told})' if told else ''}."
