CREATE UNIQUE INDEX customers_by_email ON customers(email);
ALTER TABLE customers ADD COLUMN email TEXT;
