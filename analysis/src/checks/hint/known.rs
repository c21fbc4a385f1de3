//! What is known of other databases and of slips: data, in one place.

/// Forms of other databases, with the token at which SQLite stops marked by `^`, and what to write instead.
///
/// `|` is the start of the statement, `*` any one token, `...` any number of them, `a/b` either word, `^` alone the end.
/// The first that fits is taken.
pub(crate) const FORMS: &[(&str, &str)] = &[
    ("| ALTER ... IF NOT ^EXISTS", "ALTER TABLE has no IF NOT EXISTS: leave it out, a migration runs once"),
    ("| ALTER ... IF ^EXISTS", "ALTER TABLE has no IF EXISTS: leave it out, a migration runs once"),
    (
        "| ALTER ... ALTER ... ^TYPE/DATA",
        "SQLite does not change the type of a column: make a new table, copy the rows, drop the old table and rename the \
         new one; between texts of other lengths nothing needs to change",
    ),
    (
        "| ALTER ... ALTER ... SET/DROP ^DEFAULT",
        "SQLite does not change a default: make a new table, copy the rows, drop the old table and rename the new one",
    ),
    (
        "| ALTER ... ^MODIFY/CHANGE",
        "SQLite has no MODIFY: `ALTER TABLE … RENAME COLUMN a TO b` renames; for another type, make a new table, copy the \
         rows, drop the old table and rename the new one",
    ),
    (
        "| ALTER ... ADD ^UNIQUE",
        "SQLite adds no UNIQUE to a table: write `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    (
        "| ALTER ... ADD CONSTRAINT * ^UNIQUE",
        "SQLite adds no UNIQUE to a table: write `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    ("| ALTER ... ADD ^FOREIGN", ADD_FOREIGN_KEY),
    ("| ALTER ... ADD CONSTRAINT * ^FOREIGN", ADD_FOREIGN_KEY),
    ("| ALTER ... ADD ^PRIMARY", ADD_PRIMARY_KEY),
    ("| ALTER ... ADD CONSTRAINT * ^PRIMARY", ADD_PRIMARY_KEY),
    ("| ALTER ... ADD ^INDEX/KEY/FULLTEXT", "write `CREATE INDEX name ON table(column)`"),
    ("| ALTER ... DROP ^INDEX/KEY", "write `DROP INDEX name`"),
    (
        "| ALTER ... DROP ^FOREIGN/PRIMARY",
        "SQLite takes no key away: make a new table without it, copy the rows, drop the old table and rename the new one",
    ),
    ("| ALTER ... ADD ^(", "write one `ALTER TABLE … ADD COLUMN` for each column"),
    ("| ALTER ... ^,", "an ALTER TABLE makes one change: write a statement of its own for each"),
    ("| ALTER ... RENAME ^INDEX/KEY", "SQLite renames no index: DROP INDEX it and CREATE INDEX it anew"),
    (
        "| ALTER ^INDEX/VIEW/TRIGGER/SEQUENCE/TYPE",
        "SQLite alters tables only: drop the object and create it anew",
    ),
    ("| ^RENAME", "write `ALTER TABLE old RENAME TO new`"),
    ("| ^TRUNCATE", "write `DELETE FROM table`: without a WHERE it deletes all rows"),
    (
        "| CREATE ^TYPE/DOMAIN",
        "SQLite has no types of one's own: write TEXT and `CHECK (column IN ('a', 'b'))`",
    ),
    ("ENUM ( ^*", "SQLite has no ENUM: write TEXT and `CHECK (column IN ('a', 'b'))`"),
    (
        "| CREATE ^SEQUENCE",
        "SQLite has no sequences: a column `id INTEGER PRIMARY KEY` numbers its rows by itself",
    ),
    ("| CREATE ^EXTENSION/SCHEMA/DATABASE/ROLE/USER", "SQLite has none: leave the statement out"),
    ("| CREATE ^FUNCTION/PROCEDURE", FUNCTION),
    ("| CREATE ^OR REPLACE FUNCTION/PROCEDURE", FUNCTION),
    ("| CREATE ^OR REPLACE", "SQLite has no OR REPLACE: drop it first, as `DROP VIEW IF EXISTS name`"),
    (
        "| CREATE ^MATERIALIZED",
        "SQLite has no materialized views: write a plain VIEW, or a table that triggers keep",
    ),
    ("| ^DO", "SQLite has no blocks of code: write the statements themselves"),
    (
        "| ^SET/USE/GRANT/REVOKE/LOCK/UNLOCK/COMMENT/DELIMITER/GO/CALL",
        "another database understands this, SQLite has nothing of the kind: leave it out",
    ),
    ("^AUTO_INCREMENT", AUTOINCREMENT),
    ("GENERATED ... AS ^IDENTITY", AUTOINCREMENT),
    ("^AUTOINCREMENT", "AUTOINCREMENT stands behind PRIMARY KEY: `id INTEGER PRIMARY KEY AUTOINCREMENT`"),
    ("DEFAULT * ^(", DEFAULT),
    ("DEFAULT * ^||/+/-", DEFAULT),
    ("DEFAULT +/- * ^||/+/-", DEFAULT),
    (", ^)", "take the comma before the bracket out"),
    (", ^FROM/WHERE/VALUES/SET", "take the comma before it out"),
    (", ^", "take the comma at the end out"),
    ("ENGINE ^=", "SQLite has no storage engines: leave out what stands behind the last bracket"),
    ("^CHARACTER SET", "SQLite keeps all texts in one encoding: leave CHARACTER SET out"),
    ("KEY/INDEX * ( ^*", INDEX),
    (", ^INDEX/FULLTEXT * (", INDEX),
    ("UNIQUE ^KEY/INDEX", "write `UNIQUE (column)`, without KEY and without a name"),
    ("^ON UPDATE", "SQLite sets no column by itself on an UPDATE: write a trigger, `AFTER UPDATE ON table`"),
    ("INDEX CONCURRENTLY ^*", "leave CONCURRENTLY out: a migration runs alone"),
    ("| CREATE ... INDEX ... ON * ^USING", "SQLite has one kind of index: leave USING out"),
    ("| DROP ... ^CASCADE/RESTRICT", "SQLite has no CASCADE here: drop what refers to it first"),
    ("| DROP INDEX * ^ON", "leave ON out: the names of indexes are those of the whole database"),
    ("| INSERT ^IGNORE", "write `INSERT OR IGNORE INTO`"),
    ("| INSERT ^* (", "write `INSERT INTO table`"),
    ("| DELETE ^* WHERE", "write `DELETE FROM table`"),
    ("^DUPLICATE KEY", "write `ON CONFLICT (column) DO UPDATE SET column = excluded.column`"),
    ("SELECT TOP ^*", "write `LIMIT` and the number at the end"),
    ("| DELETE FROM * ^USING", "SQLite joins nothing here: write `WHERE id IN (SELECT …)`"),
    ("| UPDATE ... ^JOIN", "write `UPDATE table SET … FROM other WHERE …`"),
    ("| UPDATE/DELETE ... ^LIMIT/ORDER", "write `WHERE rowid IN (SELECT rowid FROM table … LIMIT n)`"),
    ("^ILIKE", "write LIKE: SQLite's does not look at the case of ASCII letters"),
    ("FOR EACH ^STATEMENT", "SQLite's triggers run for each row: write `FOR EACH ROW`"),
    (
        "| CREATE ... TRIGGER ... ^EXECUTE",
        "write the statements into the trigger itself: `BEGIN <statement>; END`",
    ),
    ("| CREATE ... TRIGGER ... ^END", "end the statement before END with `;`"),
];

const ADD_FOREIGN_KEY: &str = "SQLite adds no foreign key to a table: write `ALTER TABLE … ADD COLUMN column REFERENCES parent(id)`, or make a new \
     table with it, copy the rows, drop the old table and rename the new one";
const ADD_PRIMARY_KEY: &str = "SQLite adds no primary key to a table: make a new table with it, copy the rows, drop the old table and rename the \
     new one";
const DROP_KEY: &str = "SQLite drops no column that is UNIQUE or a key: make a new table without it, copy the rows, drop the old table and rename \
     the new one";
const AUTOINCREMENT: &str = "write `id INTEGER PRIMARY KEY`, which numbers its rows by itself; with `AUTOINCREMENT` behind it, SQLite never gives a \
     number twice";
const DEFAULT: &str = "put brackets around an expression that is a default: `DEFAULT (datetime('now'))`";
const FUNCTION: &str = "SQLite has no functions in SQL: write statements into a trigger, or a function of the application's and its name \
     into onward.toml";
const INDEX: &str = "an index is a statement of its own: `CREATE INDEX name ON table(column)`";

/// What SQLite says beside syntax errors, by how it begins, and what to write instead.
pub(crate) const MESSAGES: &[(&str, &str)] = &[
    (
        "Cannot add a UNIQUE column",
        "add the column without UNIQUE, and then `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    ("Cannot add a PRIMARY KEY column", ADD_PRIMARY_KEY),
    ("cannot drop UNIQUE column", DROP_KEY),
    ("cannot drop PRIMARY KEY column", DROP_KEY),
    ("AUTOINCREMENT is only allowed", "write INTEGER: `id INTEGER PRIMARY KEY AUTOINCREMENT`"),
    ("unknown datatype", "a STRICT table has columns of INT, INTEGER, REAL, TEXT, BLOB and ANY"),
    ("missing datatype", "a STRICT table has columns of INT, INTEGER, REAL, TEXT, BLOB and ANY"),
    ("unknown table option", "end the statement with `;`, or leave out what stands behind the last bracket"),
];

/// Functions of other databases, and what to write instead.
pub(crate) const FUNCTIONS: &[(&str, &str)] = &[
    ("now/sysdate/getdate", "write `datetime('now')` for a text, or `unixepoch()` for a number"),
    ("curdate/current_date", "write `date('now')`"),
    ("unix_timestamp/epoch", "write `unixepoch()`"),
    ("to_timestamp/from_unixtime", "write `datetime(seconds, 'unixepoch')`"),
    ("to_char/date_format", "write `strftime(format, time)`"),
    ("gen_random_uuid/uuid_generate_v4/uuid/newid", "write `lower(hex(randomblob(16)))` for a random text"),
    ("nvl/isnull", "write `ifnull(a, b)`"),
    ("len/char_length/character_length", "write `length(text)`"),
    ("jsonb_build_object/json_build_object", "write `json_object(…)`"),
    ("rand", "write `random()`"),
    ("least", "write `min(a, b)`"),
    ("greatest", "write `max(a, b)`"),
    ("string_agg", "write `group_concat(column, separator)`"),
];

/// Words that cannot be names without quotes, and which people give to tables and columns.
pub(crate) const RESERVED: &[&str] = &[
    "ADD",
    "ALL",
    "ALTER",
    "AND",
    "AS",
    "BETWEEN",
    "CASE",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "ESCAPE",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "JOIN",
    "LIMIT",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TO",
    "TRANSACTION",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// What stands in front of a name.
pub(crate) const BEFORE_NAMES: &[&str] = &[
    "(",
    ",",
    ".",
    "TABLE",
    "INTO",
    "FROM",
    "JOIN",
    "UPDATE",
    "ON",
    "COLUMN",
    "ADD",
    "TO",
    "REFERENCES",
    "EXISTS",
];

/// Words that are often mistyped.
pub(crate) const TYPED: &[&str] = &[
    "ALTER",
    "BEGIN",
    "CHECK",
    "COLUMN",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "INDEX",
    "INSERT",
    "INTO",
    "JOIN",
    "LIMIT",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RENAME",
    "SELECT",
    "TABLE",
    "TRIGGER",
    "UNIQUE",
    "UPDATE",
    "VALUES",
    "WHERE",
    "SET",
];

/// Words that begin a statement.
pub(crate) const FIRST: &[&str] =
    &["ALTER", "CREATE", "DELETE", "DROP", "INSERT", "PRAGMA", "REPLACE", "SELECT", "UPDATE", "WITH"];
