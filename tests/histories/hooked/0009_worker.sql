-- onward: hook
ALTER TABLE attempts ADD COLUMN worker TEXT;
