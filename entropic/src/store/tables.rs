//! entropic's own tables of this module, beside the user's.

diesel::table! {
    /// The name of the store of each table of records: its results directory is marked with it.
    entropic_stores (table_name) {
        table_name -> Text,
        store_id -> Text,
        created_at -> Text,
    }
}
