-- onward: allow(drops_data) what it held is not needed any more
DROP TABLE old;
