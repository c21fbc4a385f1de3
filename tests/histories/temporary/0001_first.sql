CREATE TEMP TABLE scratch (a);
INSERT INTO scratch VALUES (1);
CREATE TABLE kept AS SELECT a FROM scratch;
CREATE VIRTUAL TABLE temp.words USING fts5 (word);
CREATE TEMP VIEW doubled AS SELECT a * 2 AS a FROM scratch;
CREATE TEMP TRIGGER no_more BEFORE INSERT ON main.kept BEGIN SELECT raise(ABORT, 'the trigger is still there'); END;
