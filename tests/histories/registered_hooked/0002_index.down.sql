DROP INDEX pages_by_number;
DROP INDEX pages_by_slug;
