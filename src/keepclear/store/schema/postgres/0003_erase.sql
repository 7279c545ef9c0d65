-- What an entry says can be erased when its time of keeping is over; the entry, its number and its leaf
-- stay. The right to do so is given and taken again within the one transaction that does it.
REVOKE UPDATE (data) ON entry FROM CURRENT_USER;
