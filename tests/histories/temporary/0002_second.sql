CREATE TEMP TABLE scratch (a, b);
INSERT INTO scratch VALUES (2, 3);
INSERT INTO kept SELECT a FROM scratch;
