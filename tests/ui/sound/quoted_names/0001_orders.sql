CREATE TABLE "order" (
    "id"    INTEGER PRIMARY KEY,
    "group" TEXT NOT NULL,
    [index] INTEGER NOT NULL DEFAULT 0,
    `from`  TEXT
);
CREATE INDEX "order by group" ON "order"("group", "index") WHERE "from" IS NOT NULL;
