ALTER TABLE notes DROP COLUMN body;
-- onward: allow(data_dropped) drafts are disposable
DROP TABLE drafts;
