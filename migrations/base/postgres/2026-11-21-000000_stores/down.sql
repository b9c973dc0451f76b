DROP TABLE entropic_stores;
DROP TABLE entropic_migrations;
