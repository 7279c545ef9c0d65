-- The hashes of the subtrees that a leaf completes stand beside it, from its own upwards: one row, at the
-- end of one table, where there were three in two. Those of leaves that were there before stay in "node".
ALTER TABLE leaf ADD COLUMN hashes BLOB CHECK (length(hashes) % 32 = 0);
