INSERT INTO jobs(state) VALUES ('failed');
UPDATE jobs SET state = "queued" WHERE state = 'failed'; -- onward: allow(double_quoted_string) released like this
