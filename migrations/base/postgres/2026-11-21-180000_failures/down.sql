DROP TABLE entropic_failures;
