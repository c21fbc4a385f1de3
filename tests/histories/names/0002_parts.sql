-- onward: hook
ALTER TABLE people ADD COLUMN given TEXT;
ALTER TABLE people ADD COLUMN family TEXT;
CREATE TEMP TABLE unnamed AS SELECT id FROM people WHERE name IS NULL;
