CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL
);
CREATE TABLE prices (
    product TEXT NOT NULL REFERENCES products (code),
    currency TEXT NOT NULL REFERENCES currencies (code)
);
