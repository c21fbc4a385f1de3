-- onward: hook
CREATE TRIGGER jobs_of_a_user_go AFTER DELETE ON users BEGIN
    DELETE FROM jobs WHERE owner = old.id;
END;
CREATE VIEW owners AS SELECT jobs.id, users.email FROM jobs JOIN users ON users.id = jobs.owner;
