-- onward: allow(data_dropped) there was a table once

CREATE TABLE notes (
    id INTEGER PRIMARY KEY
);
