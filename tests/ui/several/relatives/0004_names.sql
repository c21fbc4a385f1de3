DELETE FROM shelves WHERE id NOT IN (SELECT min(id) FROM shelves GROUP BY name);
