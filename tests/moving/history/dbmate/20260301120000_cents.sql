-- migrate:up
UPDATE jobs SET price = price * 100;

-- migrate:down
