-- onward: hook
PRAGMA foreign_keys = OFF;
ALTER TABLE jobs ADD COLUMN label TEXT;
PRAGMA foreign_keys = ON;
