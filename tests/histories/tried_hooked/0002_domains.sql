-- onward: hook
ALTER TABLE people ADD COLUMN domain TEXT;
