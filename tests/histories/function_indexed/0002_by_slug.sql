CREATE INDEX customers_by_slug ON customers(slug(name));
