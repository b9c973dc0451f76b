-- The runs of sweeps that failed, the last failure of each: never taken for a run, kept to be looked at and tried again.
CREATE TABLE IF NOT EXISTS entropic_failures (
    table_name VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    params VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    attempts BIGINT NOT NULL,
    node VARCHAR NOT NULL,
    log VARCHAR NOT NULL,
    elapsed_seconds DOUBLE PRECISION NOT NULL,
    failed_at VARCHAR NOT NULL,
    PRIMARY KEY (table_name, run_id)
);
