-- Values under a name that may change, unlike entries: hashes of tokens, where a stream stands.
CREATE TABLE kept (
    space TEXT NOT NULL,
    key   TEXT NOT NULL,
    data  BYTEA NOT NULL,
    PRIMARY KEY (space, key)
);
