DROP TABLE entropic_schemas;
