CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE VIEW newest AS SELECT max(id) AS id FROM jobs HAVING count(*) > 9;
CREATE VIEW states AS SELECT group_concat(state ORDER BY id) AS states FROM jobs;
CREATE VIEW sounds AS SELECT soundex(state) AS sound, vector_extract(state) FROM jobs;
CREATE INDEX by_log ON jobs (log(id));
