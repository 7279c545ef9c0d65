-- What an entry says can be erased when its time of keeping is over; the entry, its number and its leaf
-- stay. It happens once, only while the newest entry is the one that says so, and what that one says
-- stays. Pages that are freed are overwritten (PRAGMA secure_delete).
DROP TRIGGER entry_is_final;
CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry
WHEN NEW.number IS NOT OLD.number OR NEW.kind IS NOT OLD.kind OR NEW.subject IS NOT OLD.subject
  OR NEW.at_us IS NOT OLD.at_us OR length(NEW.data) > 0 OR length(OLD.data) = 0
  OR OLD.kind = 'erased'
  OR (SELECT kind FROM entry ORDER BY number DESC LIMIT 1) IS NOT 'erased'
BEGIN SELECT RAISE(ABORT, 'entries are final'); END;
