-- A column of each kind that compares its values in a way of its own.
CREATE TABLE kinds (
    id           INTEGER PRIMARY KEY,
    whole        INTEGER,
    fraction     REAL,
    number       NUMERIC,
    words        TEXT,
    bare,
    bytes        BLOB,
    small        TEXT COLLATE NOCASE,
    trimmed      TEXT COLLATE RTRIM,
    found        INTEGER,
    found_words  TEXT,
    found_bare
);
CREATE INDEX kinds_found ON kinds(found);
CREATE INDEX kinds_found_words ON kinds(found_words);
CREATE INDEX kinds_found_bare ON kinds(found_bare);

CREATE TABLE strict_kinds (
    id       INTEGER PRIMARY KEY,
    whole    INTEGER,
    fraction REAL,
    words    TEXT,
    bare     ANY
) STRICT;
