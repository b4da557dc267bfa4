"""The database: one apsw connection that writes, a few that read, one file."""

from .database import Database
from .sql import load_sql
from .writer import Tx

__all__ = ["Database", "Tx", "load_sql"]
