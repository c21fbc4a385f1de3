UPDATE shelves SET books = (SELECT sum(1) FROM books WHERE shelf = shelves.id);
