DROP TABLE drafts;
INSERT INTO notes(body) SELECT body FROM drafts;
