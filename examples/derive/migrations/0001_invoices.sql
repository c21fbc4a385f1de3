CREATE TABLE customers (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT UNIQUE
);

CREATE TABLE invoices (
    id       BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    customer INTEGER NOT NULL REFERENCES customers(id),
    state    TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'paid')),
    issued   TEXT NOT NULL,
    paid_at  TEXT
) WITHOUT ROWID;

CREATE TABLE lines (
    invoice BLOB NOT NULL REFERENCES invoices(id),
    number  INTEGER NOT NULL,
    what    TEXT NOT NULL,
    cents   INTEGER NOT NULL,
    PRIMARY KEY (invoice, number)
) STRICT, WITHOUT ROWID;
