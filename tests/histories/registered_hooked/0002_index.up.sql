CREATE INDEX pages_by_slug ON pages(slug(title));
CREATE INDEX pages_by_number ON pages(title COLLATE by_number) WHERE is_slug(title);
