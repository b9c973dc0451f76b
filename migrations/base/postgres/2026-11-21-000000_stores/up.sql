-- Which of these migrations were applied.
CREATE TABLE IF NOT EXISTS entropic_migrations (
    version VARCHAR NOT NULL PRIMARY KEY,
    run_at VARCHAR NOT NULL
);
-- One row for each table of records: the name its results folder is marked with.
CREATE TABLE IF NOT EXISTS entropic_stores (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    store_id VARCHAR NOT NULL,
    created_at VARCHAR NOT NULL
);
