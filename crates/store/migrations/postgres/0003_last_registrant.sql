-- The last id of a meeting's list, in the row that says how long the list is: whoever comes next gets a later one, and
-- need not look for it in the list. Programs before this step do not keep it: while they serve beside newer ones, ids are
-- in order as far as the clocks of their machines agree.
ALTER TABLE roster ADD COLUMN last_registrant UUID;
UPDATE roster SET last_registrant = (SELECT r.registrant_id FROM registrant r
    WHERE r.slot = roster.slot AND r.meeting_id = roster.meeting_id
    ORDER BY r.slot DESC, r.meeting_id DESC, r.registrant_id DESC LIMIT 1);
