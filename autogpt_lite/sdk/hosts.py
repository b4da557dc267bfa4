"""For the engine: which hosts the requests of a block may go to."""

from ..net.hosts import reachable_hosts

__all__ = ["reachable_hosts"]
