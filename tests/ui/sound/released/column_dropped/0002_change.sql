-- onward: allow(data_dropped) notes are kept elsewhere
ALTER TABLE jobs DROP COLUMN note;
