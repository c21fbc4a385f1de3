-- onward: allow(node_dependent_value) the cluster has one node
INSERT INTO jobs (random, made_at) VALUES ('now', datetime('now'));
ANALYZE;
PRAGMA user_version = 2;
