CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);

-- onward: allow double_quoted_string, released like this
INSERT INTO notes(body) VALUES ('first');

-- onward: allow(double_quoted_strings) released like this
INSERT INTO notes(body) VALUES ('second');

-- onward: allow(pragma_without_effect)
INSERT INTO notes(body) VALUES ('third');

-- onward: allow(unknown_column) we know better
INSERT INTO notes(body) VALUES ('fourth');

-- onward: allow(pragma_without_effect) nothing follows
