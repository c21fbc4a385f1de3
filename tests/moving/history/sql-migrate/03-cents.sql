-- +migrate Up
UPDATE jobs SET price = price * 100;
