DROP TABLE entropic_notes;
