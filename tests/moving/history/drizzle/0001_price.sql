ALTER TABLE jobs ADD COLUMN price INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
CREATE INDEX jobs_by_price ON jobs(price);
