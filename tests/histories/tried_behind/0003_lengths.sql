-- onward: hook
CREATE TEMP TABLE unmeasured AS SELECT id FROM words;
