ALTER TABLE attempts RENAME COLUMN error TO failure;
