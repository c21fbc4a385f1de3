INSERT INTO jobs (id, queue) VALUES (7, 7);
INSERT INTO queues (id, name) VALUES (7, 'mail');
