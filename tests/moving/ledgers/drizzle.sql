-- What drizzle-orm 0.45.4 has written of the first two migrations.
CREATE TABLE "__drizzle_migrations" (
			id SERIAL PRIMARY KEY,
			hash text NOT NULL,
			created_at numeric
		);
INSERT INTO "__drizzle_migrations" VALUES (NULL, '3a2ade339a99b7a450c05372b64d1b27e4e365eb3c784d6e52f1415809c8c280', 1767268800000);
INSERT INTO "__drizzle_migrations" VALUES (NULL, '9d22b576c5134807923d81332a56ba62e817f2cfbd82ca074d5b9b3ca33d972b', 1767355200000);
