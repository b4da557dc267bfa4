"""The one error tree. A class's docstring is its default message; `status` is the HTTP status it becomes.

Only these become 4xx answers. Anything else that is raised is a bug and becomes a 500, so a bug never
looks like the user's mistake.
"""

from __future__ import annotations

from typing import Any


class AutoGPTLiteError(Exception):
    """Something went wrong."""

    status = 500
    hint: str | None = None
    code: str | None = None
    """What kind of failure a node or a run ended with, for programs: they go by it, never by the words."""

    def __init__(self, message: str | None = None, *, hint: str | None = None, detail: Any = None):
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.detail = detail
        if hint is not None:
            self.hint = hint
        super().__init__(self.message)


def code_of(error: BaseException) -> str | None:
    """The code of one of our errors; those of others, exit codes and HTTP statuses among them, are none."""
    return error.code if isinstance(error, AutoGPTLiteError) else None


# --- what a request can get wrong -------------------------------------------------------------------


class InvalidInputError(AutoGPTLiteError):
    """The request holds a value that cannot be used."""

    status = 400


class GraphValidationError(InvalidInputError):
    """The graph has problems that have to be solved first.

    `node_errors` is {node_id: {field: message}}; problems that belong to no node stand under "".
    """

    def __init__(self, message: str | None = None, *, node_errors: dict[str, dict[str, str]], hint: str | None = None):
        super().__init__(message or _first_problem(node_errors), hint=hint)
        self.node_errors = node_errors
        self.detail = {"type": "validation_error", "message": self.message, "node_errors": node_errors}


def _first_problem(node_errors: dict[str, dict[str, str]]) -> str:
    count = sum(len(fields) for fields in node_errors.values())
    for node_id, fields in node_errors.items():
        for field, message in fields.items():
            where = f"node {node_id}, {field}" if node_id else field
            more = f" (and {count - 1} more problems)" if count > 1 else ""
            return f"{where}: {message}{more}"
    return GraphValidationError.__doc__.splitlines()[0]


class NotAuthenticatedError(AutoGPTLiteError):
    """This needs a login."""

    status = 401
    hint = "Run `autogpt-lite open` on the machine of the server to get a new link."


class InvalidSignatureError(AutoGPTLiteError):
    """The delivery is not signed with the secret of this webhook."""

    status = 401


class NotAuthorizedError(AutoGPTLiteError):
    """This is not allowed."""

    status = 403


class GraphNotInLibraryError(NotAuthorizedError):
    """The graph is not in the library of this user, or was removed from it."""


class NotApprovedError(NotAuthorizedError):
    """The agent came from a file, and what it would do has not been approved."""


class NotFoundError(AutoGPTLiteError):
    """There is no such thing."""

    status = 404


class MethodNotAllowedError(AutoGPTLiteError):
    """This address does not take that method."""

    status = 405


class ConflictError(AutoGPTLiteError):
    """Somebody else was first."""

    status = 409


class GoneError(AutoGPTLiteError):
    """This is not there any more."""

    status = 410


class PayloadTooLargeError(AutoGPTLiteError):
    """The request is larger than the server takes."""

    status = 413


class UnsupportedMediaTypeError(AutoGPTLiteError):
    """The body has to be JSON."""

    status = 415


class MisdirectedRequestError(AutoGPTLiteError):
    """The server does not answer to this host name."""

    status = 421


class RequestValidationError(AutoGPTLiteError):
    """The request does not have the expected shape."""

    status = 422


class TooManyRequestsError(AutoGPTLiteError):
    """Too many requests."""

    status = 429

    def __init__(self, message: str | None = None, *, hint: str | None = None, retry_after_s: float | None = None):
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class MissingConfigError(AutoGPTLiteError):
    """This needs a setting that is not set."""

    status = 503


class SealedSecretError(AutoGPTLiteError):
    """A stored secret cannot be opened with the key of this data directory."""

    status = 503


class StopTimeoutError(AutoGPTLiteError):
    """The run was stopped, but some of its nodes have not ended yet."""

    status = 500


# --- what stops a start -----------------------------------------------------------------------------


class StartupError(AutoGPTLiteError):
    """The server cannot start."""


class ConfigError(StartupError):
    """The configuration has a mistake."""


class DataDirLockedError(StartupError):
    """Another process uses this data directory."""


class DatabaseError(AutoGPTLiteError):
    """The database refused."""


class DatabaseBusyError(DatabaseError):
    """The database has too much to do at the moment."""

    status = 503


class DiskFullError(DatabaseError):
    """The disk of the server is full."""

    status = 507
    hint = "Free some space there: the server goes on by itself, and runs that wait with it."


class DatabaseUnavailableError(DatabaseError):
    """The database cannot be read or written at the moment."""

    status = 503
    hint = "The server tries again by itself; `autogpt-lite status` on its machine says more."


class DatabaseDamagedError(DatabaseError):
    """The database file is damaged."""

    status = 503
    hint = "Stop the server, look with `autogpt-lite check`, and put a backup back with `autogpt-lite restore FILE`."


# --- what a block may raise (see sdk) ------------------------------------------------------------------


class BlockError(AutoGPTLiteError):
    """The block failed."""


class BlockInputError(BlockError):
    """The block cannot work with this input."""

    status = 400


class BlockOutputError(BlockError):
    """The block gave an output that its schema does not allow."""


class KeyRefusedError(BlockError):
    """The service did not accept the key."""

    code = "key_refused"


class ServiceBusyError(BlockError):
    """The service takes no more requests for now, and was asked often enough."""

    code = "busy"


class BlockRetry(BlockError):
    """The block asks to be tried again later."""

    code = "busy"

    def __init__(self, message: str | None = None, *, after_s: float = 1.0):
        super().__init__(message)
        self.after_s = after_s


class ConversionError(BlockInputError):
    """The value cannot be converted to the type of the pin."""


class OutboundError(BlockError):
    """The other server could not be reached, or its answer makes no sense."""

    status = 502


class OutboundBlockedError(BlockInputError):
    """This address must not be reached from here."""


class OutboundLimitError(OutboundError):
    """The answer of the other server is larger than the limit."""


class OutboundTimeoutError(OutboundError):
    """The other server did not answer in time."""

    status = 504


class OutboundUnreachableError(OutboundError):
    """Nothing answers at this address."""


class LoginEndedError(BlockError):
    """The login behind these credentials has ended."""

    status = 409
    code = "login_ended"
    hint = "Connect it again on the Credentials page: everything that uses it goes on with the new login."


class LimitExceededError(AutoGPTLiteError):
    """A limit of the run was reached."""

    status = 400  # only a run that could not even begin is answered with it
    code = "limit_exceeded"


class BudgetExceededError(LimitExceededError):
    """The month has not got what this could cost."""

    status = 402
    code = "budget_exceeded"
