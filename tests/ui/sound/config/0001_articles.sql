CREATE TABLE articles (
    id    INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    size  TEXT NOT NULL COLLATE natural_order
);
CREATE INDEX articles_by_slug ON articles(slug(title));
CREATE INDEX articles_by_size ON articles(size);
