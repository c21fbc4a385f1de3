ALTER TABLE lines ADD COLUMN euros REAL AS (cents / 100.0);

CREATE VIEW totals AS
SELECT customers.id AS customer, customers.name, count(DISTINCT invoices.id) AS invoices, sum(lines.cents) AS cents
FROM customers
LEFT JOIN invoices ON invoices.customer = customers.id
LEFT JOIN lines ON lines.invoice = invoices.id
GROUP BY customers.id;
