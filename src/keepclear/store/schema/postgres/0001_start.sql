-- Entries, the record, what must be sent and what was answered; as sqlite/0001_start.sql means it.
-- Plain tables only: no extensions, triggers, sequences or advisory locks. Numbers are given by the writer.
CREATE TABLE entry (
    number  BIGINT PRIMARY KEY,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    data    BYTEA NOT NULL,
    at_us   BIGINT NOT NULL
);
CREATE INDEX entry_by_subject ON entry (subject, number);

CREATE TABLE leaf (
    number BIGINT PRIMARY KEY, -- from 0
    data   BYTEA NOT NULL CHECK (octet_length(data) <= 65535)
);

-- The hash of every whole subtree of the record, so that a proof reads a few rows.
CREATE TABLE node (
    level  BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash   BYTEA NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, number)
);

CREATE TABLE outgoing (
    number    BIGINT PRIMARY KEY,
    recipient TEXT NOT NULL,
    data      BYTEA NOT NULL
);

CREATE TABLE reply (
    client TEXT NOT NULL,
    key    TEXT NOT NULL,
    data   BYTEA NOT NULL,
    at_us  BIGINT NOT NULL,
    PRIMARY KEY (client, key)
);

-- Nothing in the first three is ever changed or removed. Taking the right to it from the very role that
-- owns the tables holds that against our own mistakes; a superuser is not held.
REVOKE UPDATE, DELETE ON entry FROM CURRENT_USER;
REVOKE UPDATE, DELETE ON leaf FROM CURRENT_USER;
REVOKE UPDATE, DELETE ON node FROM CURRENT_USER;
