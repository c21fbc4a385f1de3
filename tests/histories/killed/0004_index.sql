CREATE INDEX numbers_by_rest ON numbers(n % 1000, n);
