-- onward: allow(data_dropped) what it held is not needed any more
DROP TABLE old;
