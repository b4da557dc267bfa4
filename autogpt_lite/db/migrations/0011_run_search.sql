-- Which words the inputs and outputs of ended root runs hold. Only the words: the texts stay where they are.

CREATE VIRTUAL TABLE run_words USING fts5 (
    owner, graph, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- How far the index is: every run up to last_id is in it or in run_words_open.
CREATE TABLE run_words_progress (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    last_id  INTEGER NOT NULL
) STRICT;

INSERT INTO run_words_progress (id, last_id) VALUES (1, 0);

-- Runs that had not ended when the index came by.
CREATE TABLE run_words_open (
    id  INTEGER PRIMARY KEY REFERENCES graph_executions (id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER run_words_of_deleted AFTER DELETE ON graph_executions WHEN old.parent_node_exec_id IS NULL
BEGIN
    DELETE FROM run_words WHERE rowid = old.id;
END;
