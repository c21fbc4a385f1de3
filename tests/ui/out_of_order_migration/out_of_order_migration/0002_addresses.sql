-- From a branch that was merged after the release.
CREATE TABLE addresses (
    customer_id INTEGER NOT NULL REFERENCES customers(id),
    street      TEXT NOT NULL
);
