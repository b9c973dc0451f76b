DROP TABLE entropic_directories;
