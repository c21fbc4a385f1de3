-- onward: hook
PRAGMA user_version = 2;
