UPDATE books SET shelf = (
    SELECT min(id) FROM shelves WHERE name = (SELECT name FROM shelves WHERE id = books.shelf)
);
DELETE FROM shelves WHERE id NOT IN (SELECT min(id) FROM shelves GROUP BY name);
