-- Entries, the record, what must be sent and what was answered. Nothing in the first three is ever
-- changed or removed; triggers hold that against our own mistakes.
CREATE TABLE entry (
    number  INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    data    BLOB NOT NULL,
    at_us   INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_by_subject ON entry (subject, number);

CREATE TABLE leaf (
    number INTEGER PRIMARY KEY, -- from 0
    data   BLOB NOT NULL CHECK (length(data) <= 65535)
) STRICT;

-- The hash of every whole subtree of the record, so that a proof reads a few rows.
CREATE TABLE node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE outgoing (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    data      BLOB NOT NULL
) STRICT;

CREATE TABLE reply (
    client TEXT NOT NULL,
    key    TEXT NOT NULL,
    data   BLOB NOT NULL,
    at_us  INTEGER NOT NULL,
    PRIMARY KEY (client, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are final'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are final'); END;
CREATE TRIGGER leaf_is_final BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'leaves are final'); END;
CREATE TRIGGER leaf_stays BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'leaves are final'); END;
CREATE TRIGGER node_is_final BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;
CREATE TRIGGER node_stays BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;
