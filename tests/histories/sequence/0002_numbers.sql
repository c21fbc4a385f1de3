UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'tickets';
