-- onward: foreign_keys(on)

DELETE FROM queues;
