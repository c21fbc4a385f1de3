-- In our own words, as the source of hiqlite writes it: the tool itself is a cluster of 286 crates.
CREATE TABLE _migrations
(
  id   INTEGER NOT NULL CONSTRAINT _migrations_pk PRIMARY KEY,
  name TEXT    NOT NULL,
  ts   INTEGER NOT NULL,
  hash TEXT    NOT NULL
);
INSERT INTO _migrations VALUES (1, 'jobs', 1, '3a2ade339a99b7a450c05372b64d1b27e4e365eb3c784d6e52f1415809c8c280'), (2, 'price', 2, 'a966cd66a6324a1f33ddd081b4d648ed341737fda062f1207a9d5342f03b8561');
