DELETE FROM jobs WHERE queue NOT IN (SELECT queue FROM queues);
