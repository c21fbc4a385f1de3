CREATE TABLE articles (
    id    INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    size  TEXT NOT NULL
);
CREATE INDEX articles_by_slug ON articles(slug(title));
CREATE INDEX articles_by_size ON articles(size COLLATE natural_order);
