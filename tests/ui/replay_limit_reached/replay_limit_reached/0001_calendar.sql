CREATE TABLE days (day TEXT PRIMARY KEY);

WITH RECURSIVE every(day) AS (
    SELECT '2026-01-01'
    UNION ALL
    SELECT date(day, '+1 day') FROM every
)
INSERT INTO days SELECT day FROM every WHERE day < '2030-01-01';
