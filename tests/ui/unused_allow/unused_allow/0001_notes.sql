-- onward: allow(drops_data) there was a table once

CREATE TABLE notes (
    id INTEGER PRIMARY KEY
);
