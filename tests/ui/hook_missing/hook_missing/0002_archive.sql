-- Old jobs are archived by the program.
-- onward: hook

ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
