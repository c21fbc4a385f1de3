INSERT INTO counter VALUES ('released');
