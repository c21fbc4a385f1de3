CREATE TABLE old (a);
CREATE TABLE kept (a);
