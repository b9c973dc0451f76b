//! The tables that this module adds to the user's database.

diesel::table! {
    /// The applied migrations of entropic's own tables. (`__diesel_schema_migrations` belongs to the user.)
    entropic_migrations (version) {
        version -> Text,
        run_at -> Text,
    }
}

diesel::table! {
    /// How each table of records was written, as JSON.
    entropic_schemas (table_name) {
        table_name -> Text,
        written -> Text,
        written_at -> Text,
    }
}
