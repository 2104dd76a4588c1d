-- A registration's own list of reminders, in minutes before the start; NULL for the one of the service.
ALTER TABLE registration ADD COLUMN reminders TEXT;
