"""The data directory: who may read it, whether the database is whole, and whether the key of the secrets is the right one."""

from __future__ import annotations

import apsw

from ...credentials.keys import KEY_FILE, Keys, given_keys, parse_keys, unusable
from ...credentials.store import sql as credentials_sql
from ...db.look import open_to_look
from ...db.space import read_sizes
from ...errors import AutoGPTLiteError
from ...integrity.file_checks import check_folder
from ...integrity.service import check_database
from ...triggers.store import sql as triggers_sql
from ..sizes import size_text
from .types import Check, Patient, checks_of


def check_data(patient: Patient) -> list[Check]:
    """Modes of files, the database and the key. Changes nothing."""
    if not patient.data_dir.is_dir():
        return [Check("files", "ok", f"{patient.data_dir} is not there yet: the first start makes it")]
    files = checks_of("files", check_folder(patient.data_dir, patient.database), f"{patient.data_dir} is for this user alone")
    found = check_database(patient.database, is_served=patient.is_served, is_quick=True)
    return [*files, *checks_of("database", found, _size_of(patient)), *_check_key(patient)]


def _size_of(patient: Patient) -> str:
    return f"whole, {size_text(read_sizes(patient.database).file_bytes)}; `autogpt-lite check` reads every row"


def _check_key(patient: Patient) -> list[Check]:
    try:
        keys = _read_keys(patient)
        lost = sum(count for key_id, count in _count_sealed(patient).items() if keys.find(key_id) is None)
        if lost:
            what = f"{lost} stored secrets cannot be read: their key is not in {_place(patient)}."
            do = f"Put the {KEY_FILE} of that time back; if it is lost, enter the secrets again on the Credentials page."
            return [Check("key", "problem", what, do)]
        if keys.current() is None:
            return [Check("key", "ok", "none yet: the first stored secret makes it")]
    except AutoGPTLiteError as error:
        return [Check("key", "problem", error.message, error.hint or "")]
    except apsw.Error:
        return [Check("key", "note", "Whether the key is the right one cannot be said: the database cannot be read.")]
    return [Check("key", "ok", f"{_place(patient)} opens all stored secrets")]


def _read_keys(patient: Patient) -> Keys:
    """Not by Keys itself: that one closes a key file which others may read, and a check changes nothing."""
    config, path = patient.config.credentials, patient.data_dir / KEY_FILE
    given = given_keys(config.key, config.key_command)
    if not given and path.exists():
        try:
            given = parse_keys(path.read_bytes())
        except OSError:
            raise unusable("cannot be read") from None
        except ValueError:
            raise unusable("is damaged") from None
    return Keys(patient.data_dir, given)


def _place(patient: Patient) -> str:
    config = patient.config.credentials
    return "the key of the settings" if config.key or config.key_command else KEY_FILE


def _count_sealed(patient: Patient) -> dict[bytes, int]:
    """{key id: secrets}"""
    if not patient.database.exists():
        return {}
    connection = open_to_look(patient.database)
    total: dict[bytes, int] = {}
    try:
        for statement in (credentials_sql.keys_in_use, triggers_sql.secrets_by_key):
            for key_id, count in connection.execute(statement):
                total[key_id] = total.get(key_id, 0) + count
    finally:
        connection.close()
    return total
