-- Addresses of people who have no key by their address: they registered signed in, or canceled. Whoever registers by an
-- address is not in it, so that an enrolment writes nothing for it. lower() folds A to Z alone on both engines; letters
-- beyond stand in domains alone, and who asks for one is led to all addresses that begin alike.
CREATE INDEX registrant_mail ON registrant (slot, meeting_id, lower(email))
    WHERE email IS NOT NULL AND (live_key IS NULL OR user_id IS NOT NULL);
