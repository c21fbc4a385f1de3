-- +goose Up
ALTER TABLE jobs ADD COLUMN price INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_price ON jobs(price);
