"""aiohttp's many exceptions as our few; the messages name the host and never the query, which may hold a secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from ..errors import OutboundBlockedError, OutboundError, OutboundLimitError, OutboundTimeoutError, OutboundUnreachableError
from .addresses import Target


@contextmanager
def as_outbound_errors(target: Target) -> Iterator[None]:
    """Inside, whatever goes wrong with the connection is raised as an OutboundError."""
    try:
        yield
    except aiohttp.InvalidURL:
        raise OutboundBlockedError("The address of the request is not valid.") from None
    except aiohttp.ClientConnectorCertificateError:
        raise OutboundError(f"The certificate of {target.name} is not valid.") from None
    except aiohttp.ClientSSLError:
        raise OutboundError(f"{target.name} does not speak TLS as expected.") from None
    except (aiohttp.ConnectionTimeoutError, aiohttp.SocketTimeoutError):
        raise OutboundUnreachableError(f"{target.name} does not answer.") from None
    except aiohttp.ClientConnectorError as error:
        reason = error.os_error.strerror or "no connection"
        raise OutboundUnreachableError(f"{target.name} cannot be reached: {reason}.") from None
    except TimeoutError:
        raise OutboundTimeoutError(f"{target.name} did not answer completely within the time limit.") from None
    except aiohttp.ClientResponseError as error:
        raise _bad_answer(target, error) from None
    except (aiohttp.ClientError, ConnectionError):
        raise OutboundError(f"{target.name} closed the connection before its answer was complete.") from None


def _bad_answer(target: Target, error: aiohttp.ClientResponseError) -> OutboundError:
    # aiohttp has one class for all that its parser refuses; the words are all that tells a large header from a wrong one.
    if "more than" in error.message or "Too many" in error.message:
        return OutboundLimitError(f"{target.name} sent larger or more headers than are taken.")
    return OutboundError(f"{target.name} sent an answer that is not proper HTTP.")
