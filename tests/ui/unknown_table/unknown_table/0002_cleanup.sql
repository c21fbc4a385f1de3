DELETE FROM costumers WHERE name = '';
ALTER TABLE invoices ADD COLUMN paid INTEGER;
DROP INDEX customers_by_name;
