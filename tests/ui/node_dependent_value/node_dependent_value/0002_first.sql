INSERT INTO jobs (token, made_at, run_at) VALUES ('a', datetime('now'), abs(random()) % 60);
