-- One row for each table of records: the results directory of its store.
CREATE TABLE IF NOT EXISTS entropic_directories (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    directory_id VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    noted_at VARCHAR NOT NULL
);
