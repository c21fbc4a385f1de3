CREATE UNIQUE INDEX event_names ON events (name);
CREATE INDEX event_kinds ON events (json_extract(payload, '$.kind'));
