INSERT INTO "order"("group", "from") VALUES ('it''s "quoted"', 'shop');
UPDATE "order" SET "index" = "index" + 1 WHERE "group" LIKE '%"%';
ALTER TABLE "order" RENAME COLUMN "from" TO "origin";
