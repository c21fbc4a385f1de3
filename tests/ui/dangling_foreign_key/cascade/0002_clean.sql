DELETE FROM queues;
