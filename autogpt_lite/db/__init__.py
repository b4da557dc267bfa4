"""The database: one apsw connection that writes, a few that read, one file."""

from .database import RETRY_S, Database
from .sql import load_sql
from .writer import Tx

__all__ = ["RETRY_S", "Database", "Tx", "load_sql"]
