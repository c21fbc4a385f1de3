-- onward: hook
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), text TEXT);
CREATE TABLE archive (id INTEGER PRIMARY KEY, text TEXT);
CREATE TRIGGER archive_is_closed BEFORE INSERT ON archive BEGIN SELECT raise(ABORT, 'the archive is closed'); END;
CREATE TABLE visits (page TEXT);
CREATE TRIGGER person_visits AFTER UPDATE ON people BEGIN UPDATE archive SET text = new.name WHERE id = new.id; END;
