//! entropic's own tables of this module, beside the user's.

diesel::table! {
    /// Which migrations of entropic's own were applied. (Diesel's own record, `__diesel_schema_migrations`, is the user's.)
    entropic_migrations (version) {
        version -> Text,
        run_at -> Text,
    }
}

diesel::table! {
    /// StrayKind each table of records was written with, as JSON.
    entropic_schemas (table_name) {
        table_name -> Text,
        written -> Text,
        written_at -> Text,
    }
}
