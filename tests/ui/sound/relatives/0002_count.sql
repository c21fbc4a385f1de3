UPDATE shelves SET books = (SELECT count(*) FROM books WHERE shelf = shelves.id);
