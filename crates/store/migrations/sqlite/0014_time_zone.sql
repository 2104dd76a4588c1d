-- The zone in which somebody reads times, by its IANA name; NULL where it is not known.
ALTER TABLE registrant ADD COLUMN time_zone TEXT;
