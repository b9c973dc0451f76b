//! The database handle: the only room that knows two databases exist.
//!
//! Promises, the same on both backends:
//! - a URL says which database, and anything that is none is refused with the accepted forms ([`DbUrl`]);
//! - tables are made at open if they are missing, once, however many processes open at the same instant; a
//!   table that is there and differs is refused with each difference ([`Difference`]) and left as it is, unless the
//!   caller asked for it to be evolved ([`Schema`]); nothing is ever dropped;
//! - no password is shown, whatever form a URL has: not by `Display` or `Debug`, and by no error;
//! - a database that cannot be written is still read, and said to be such before anything is run ([`Db::refuse_if_unwritable`]);
//! - connections come from a small pool, set up in one place; a busy database is waited for, and a lost
//!   connection replaced, in one place and with one bounded budget ([`Db::with`]);
//! - equal values, equal errors. SQL that differs stands in `dialect` and nowhere else.

mod backend;
mod conn;
pub(crate) mod dialect;
mod error;
mod file;
mod handle;
mod lock;
mod network;
mod options;
mod place;
mod pool;
mod pooled;
mod rows;
mod server;
mod signs;
mod stored;
mod url;
mod writes;

pub use backend::Backend;
pub use conn::{Conn, MultiBackend};
pub use dialect::IdIn;
pub use error::{DbError, RowError};
pub use handle::Db;
pub use options::{DbOptions, Synchronous};
pub use pooled::PooledConn;
pub use stored::{Changes, NewRow, Stored, TakeRecord};
pub use url::DbUrl;

pub(crate) use dialect::{writing, writing_durably};
pub(crate) use lock::{RunLock, RunLocks};
pub(crate) use place::Place;
pub(crate) use signs::{is_busy, is_lost};
