CREATE TABLE kinds(code TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE items(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL REFERENCES kinds(code),
  title TEXT NOT NULL,
  added TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  slug TEXT GENERATED ALWAYS AS (lower(replace(title, ' ', '-'))) STORED
);
CREATE INDEX items_year ON items(strftime('%Y', added));
INSERT INTO kinds VALUES ('map', 'Maps'), ('book', 'Books'), ('globe', 'Globes');
