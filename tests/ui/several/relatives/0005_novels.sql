-- onward: foreign_keys(on)
REPLACE INTO shelves (id, name) VALUES (1, 'fiction');
