CREATE VIEW places AS SELECT id, made_at, random() AS place FROM jobs;
CREATE TABLE queue AS SELECT id, place FROM places;
CREATE TABLE made AS SELECT id, made_at FROM places;
