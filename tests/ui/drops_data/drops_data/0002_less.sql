ALTER TABLE notes DROP COLUMN body;
-- onward: allow(drops_data) drafts are disposable
DROP TABLE drafts;
