CREATE TABLE items (
    order_id INTEGER NOT NULL REFERENCES orders(id),
    article  TEXT NOT NULL,
    price    INTEGER NOT NULL
);
