-- onward: foreign_keys(on)
DELETE FROM jobs WHERE state = 'gone';
