-- onward: foreign_keys(on)

DELETE FROM queues WHERE name = 'old';
