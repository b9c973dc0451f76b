-- What each table of records was written with, as JSON: columns, defaults, schemes for floats, version.
CREATE TABLE IF NOT EXISTS entropic_schemas (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    written VARCHAR NOT NULL,
    written_at VARCHAR NOT NULL
);
