-- onward: hook
ALTER TABLE pages ADD COLUMN author TEXT;
