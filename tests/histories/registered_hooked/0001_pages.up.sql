CREATE TABLE pages (
    id    INTEGER PRIMARY KEY,
    title TEXT NOT NULL COLLATE by_number CHECK (is_slug(slug(title)) OR title = ''),
    slug  TEXT GENERATED ALWAYS AS (slug(title)) STORED
);
