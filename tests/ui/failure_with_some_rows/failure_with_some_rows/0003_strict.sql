CREATE TABLE new_events (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
INSERT INTO new_events SELECT * FROM events;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE UNIQUE INDEX event_names ON events (name);
CREATE INDEX event_kinds ON events (json_extract(payload, '$.kind'));
