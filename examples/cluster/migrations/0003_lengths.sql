CREATE VIEW lengths AS SELECT id, length(body) AS length FROM notes;
