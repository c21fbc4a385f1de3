-- onward: hook
CREATE TABLE log(job INTEGER, text TEXT);
