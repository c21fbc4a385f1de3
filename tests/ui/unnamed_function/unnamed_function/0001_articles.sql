CREATE TABLE articles(id INTEGER PRIMARY KEY, title TEXT NOT NULL, slug TEXT);

CREATE TRIGGER articles_get_a_slug AFTER INSERT ON articles
BEGIN
    UPDATE articles SET slug = slugify(new.title) WHERE id = new.id;
END;

CREATE VIEW articles_by_title AS
SELECT id, title FROM articles ORDER BY title COLLATE natural_order;
