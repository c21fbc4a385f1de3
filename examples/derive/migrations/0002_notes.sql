-- Whatever a customer wants to be remembered by.
ALTER TABLE customers ADD COLUMN notes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(notes));
