-- The lines that are worth something.
SELECT what, euros FROM lines WHERE cents >= :least;
