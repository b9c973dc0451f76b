-- One row for each table of records: the name its results folder is marked with.
CREATE TABLE IF NOT EXISTS entropic_stores (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    store_id VARCHAR NOT NULL,
    created_at VARCHAR NOT NULL
);
