ALTER TABLE customers ADD COLUMN slug TEXT;
UPDATE customers SET slug = slug(name);
