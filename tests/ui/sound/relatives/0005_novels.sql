-- onward: foreign_keys(on)
INSERT INTO shelves (id, name) VALUES (1, 'fiction') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
