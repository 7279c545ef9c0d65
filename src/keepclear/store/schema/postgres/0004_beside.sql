-- In SQLite hashes stand beside the leaf that completes their subtree from here on; here they stay in their
-- own table, whose rows are written together anyway.
COMMENT ON TABLE node IS 'the hash of every whole subtree of the record';
