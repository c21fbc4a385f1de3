-- onward: allow(redundant_transaction) released before onward was used here

BEGIN;
-- onward: allow(pragma_without_effect) released before onward was used here
PRAGMA journal_mode = WAL;
CREATE TABLE jobs (
    id    INTEGER PRIMARY KEY,
    state TEXT NOT NULL DEFAULT 'queued'
);
COMMIT;
