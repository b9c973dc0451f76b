DROP TABLE entropic_stores;
