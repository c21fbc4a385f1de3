-- Not released yet, so not locked yet.
CREATE TABLE tags (name TEXT PRIMARY KEY);
