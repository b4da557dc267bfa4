"""Full-text search over the inputs and outputs of runs.

The index is made afterwards, by a job and by who searches, so that a run pays nothing for it.
"""

from __future__ import annotations

import asyncio
import time

from ..db import Database, Tx, load_sql
from ..engine import states
from ..executions.service import ExecutionService
from ..executions.types import RunTexts
from .types import FoundRun, FoundRuns, SearchQuery
from .words import find_first, index_text, match_expression, owner_token, query_words

sql = load_sql(__file__, "store.sql")

BATCH = 200
BATCH_CHARS = 200_000
"""One transaction takes so much of a batch: some milliseconds of the writer."""

SEARCH_S = 0.3
"""So long one who searches waits for the index at most, but for a batch."""
JOB_S = 60.0


class RunSearch:
    """The index and its questions."""

    def __init__(self, db: Database, executions: ExecutionService):
        self._db = db
        self._executions = executions
        self._updating = asyncio.Lock()

    async def search(self, user_id: str, query: SearchQuery) -> FoundRuns:
        """The newest runs of a user that have all the words. What has ended lately is looked through first, within bounds."""
        behind = await self._update(SEARCH_S)
        words = query_words(query.query)
        if not words:
            return FoundRuns(runs=[], not_searched=behind)
        rows = await self._db.fetch_all(sql.search, (match_expression(words, user_id, query.graph_id), query.limit))
        found = await self._executions.read_texts([key for (key,) in rows])
        # The owner is asked for again: the index is a copy, the row is the truth.
        own = [run for run in found if run.meta.user_id == user_id]
        # 100 long runs in another alphabet are 0.4 s of work [measured].
        return FoundRuns(runs=await asyncio.to_thread(lambda: [_found(run, words) for run in own]), not_searched=behind)

    async def update(self) -> str | None:
        """Brings the index up to date, as a job does it."""
        behind = await self._update(JOB_S)
        return f"{behind} runs are left for the next time." if behind else None

    async def _update(self, time_s: float) -> int:
        """Indexes what there is, for so long and a batch at least; how many runs are left."""
        ends_at = time.monotonic() + time_s
        is_left = True
        while is_left:
            async with self._updating:  # batch by batch: who searches does not wait for the end of the job
                is_left = await self._update_batch() and time.monotonic() < ends_at
        (last_id,) = self._db.point(sql.select_progress)
        return (await self._db.fetch_all(sql.count_behind, (last_id,)))[0][0]

    async def _update_batch(self) -> bool:
        """Indexes the next runs; False where there are none."""
        (last_id,) = self._db.point(sql.select_progress)
        rows = await self._db.fetch_all(sql.list_next, (last_id, BATCH))
        late = [key for (key,) in await self._db.fetch_all(sql.list_ended, (BATCH,))]
        roots = [(key, status) for key, is_root, status in rows if is_root]
        ended = late + [key for key, status in roots if status in states.ENDED]
        still_open = [key for key, status in roots if status not in states.ENDED]
        texts = [_words_of(run) for run in await self._executions.read_texts(ended)] if ended else []
        if not rows and not texts:
            return False
        *parts, last = _parts(texts)
        for part in parts:
            await self._db.write(lambda tx, part=part: _insert(tx, part))

        def write_last(tx: Tx) -> None:
            _insert(tx, last)
            _move_on(tx, rows[-1][0] if rows else last_id, still_open)

        await self._db.write(write_last)
        return True


def _words_of(run: RunTexts) -> tuple[str, str, str, int]:
    return owner_token(run.meta.user_id), owner_token(run.meta.graph_id), index_text(run.inputs, run.outputs), run.key


def _parts(texts: list[tuple[str, str, str, int]]) -> list[list[tuple[str, str, str, int]]]:
    parts: list[list[tuple[str, str, str, int]]] = [[]]
    size = 0
    for row in texts:
        if size >= BATCH_CHARS:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += len(row[2])
    return parts


def _insert(tx: Tx, rows: list[tuple[str, str, str, int]]) -> None:
    for row in rows:
        tx.execute(sql.insert_words, row)
        tx.execute(sql.delete_open, (row[3],))


def _move_on(tx: Tx, last_id: int, still_open: list[int]) -> None:
    for key in still_open:
        tx.execute(sql.insert_open, (key,))
    tx.execute(sql.update_progress, (last_id,))


def _found(run: RunTexts, words: list[str]) -> FoundRun:
    is_input, field, text = find_first(words, run.inputs, run.outputs)
    return FoundRun(run=run.meta, is_input=is_input, field=field, text=text)
