//! A connection that is lent, and goes back: what Diesel's own pooled connection does, over [`Conn`].

use std::fmt;
use std::ops::{Deref, DerefMut};

use diesel::connection::{
    CacheSize, ConnectionSealed, Instrumentation, LoadConnection, SimpleConnection, TransactionManager,
    TransactionManagerStatus,
};
use diesel::expression::QueryMetadata;
use diesel::migration::MigrationConnection;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::r2d2::PooledConnection;
use diesel::{Connection, ConnectionError, ConnectionResult, QueryResult};

use super::dialect::backend_of;
use super::pool::Manager;
use super::{Conn, MultiBackend};

/// A connection of the pool; goes back when dropped. Diesel takes `&mut connection`; derefs to [`Conn`].
///
/// What works on one backend only, or not through Diesel's multi backend (inserts of many rows, upserts), runs on the
/// connection inside: see [`on_backend`](crate::on_backend).
pub struct PooledConn(pub(super) PooledConnection<Manager>);

impl fmt::Debug for PooledConn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PooledConn").field(&backend_of(&self.0.conn)).finish()
    }
}

impl Deref for PooledConn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0.conn
    }
}

impl DerefMut for PooledConn {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0.conn
    }
}

impl SimpleConnection for PooledConn {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.conn.batch_execute(query)
    }
}

impl ConnectionSealed for PooledConn {}

impl Connection for PooledConn {
    type Backend = MultiBackend;
    type TransactionManager = PooledTransactions;

    /// There is none without its pool.
    fn establish(_: &str) -> ConnectionResult<Self> {
        Err(ConnectionError::BadConnection(
            "a connection of a pool comes from `Store::connection`".to_owned(),
        ))
    }

    fn begin_test_transaction(&mut self) -> QueryResult<()> {
        self.0.conn.begin_test_transaction()
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Self::Backend> + QueryId,
    {
        self.0.conn.execute_returning_count(source)
    }

    fn transaction_state(&mut self) -> &mut Conn {
        self.0.conn.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.conn.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.0.conn.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.0.conn.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection for PooledConn {
    type Cursor<'conn, 'query> = <Conn as LoadConnection>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> = <Conn as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Self::Backend> + QueryId + 'query,
        Self::Backend: QueryMetadata<T::SqlType>,
    {
        LoadConnection::load(&mut self.0.conn, source)
    }
}

impl MigrationConnection for PooledConn {
    fn setup(&mut self) -> QueryResult<usize> {
        self.0.conn.setup()
    }
}

/// The transactions of the connection inside.
#[doc(hidden)]
#[derive(Debug)]
pub struct PooledTransactions;

impl TransactionManager<PooledConn> for PooledTransactions {
    type TransactionStateData = Conn;

    fn begin_transaction(conn: &mut PooledConn) -> QueryResult<()> {
        <Conn as TransactionManager<Conn>>::begin_transaction(conn)
    }

    fn rollback_transaction(conn: &mut PooledConn) -> QueryResult<()> {
        <Conn as TransactionManager<Conn>>::rollback_transaction(conn)
    }

    fn commit_transaction(conn: &mut PooledConn) -> QueryResult<()> {
        <Conn as TransactionManager<Conn>>::commit_transaction(conn)
    }

    fn transaction_manager_status_mut(conn: &mut PooledConn) -> &mut TransactionManagerStatus {
        <Conn as TransactionManager<Conn>>::transaction_manager_status_mut(conn)
    }

    fn is_broken_transaction_manager(conn: &mut PooledConn) -> bool {
        <Conn as TransactionManager<Conn>>::is_broken_transaction_manager(conn)
    }
}
