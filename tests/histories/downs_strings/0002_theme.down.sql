-- onward: allow(double_quoted_string) as it was released
DELETE FROM settings WHERE name = "theme";
