CREATE TABLE visits (
    id      TEXT     NOT NULL PRIMARY KEY,
    address TEXT     NOT NULL,
    bytes   INTEGER  NOT NULL,
    retries INTEGER,
    at      DATETIME NOT NULL,
    left_at DATETIME,
    price   DECIMAL(10, 2)
);
