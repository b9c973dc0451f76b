//! One run of an id at a time, across the hosts that share a server.
//!
//! On PostgreSQL a store keeps one session of its own for advisory locks. They are only ever tried, never waited
//! for on the server, and never taken on a pooled connection, where the next borrower would have them too. A session
//! that is lost loses its locks; whoever held one asks before it writes ([`RunLock::is_held`]).
//!
//! An embedded database has one host, where the lock files of the results folder do; here every lock is free then.

use super::{Db, DbError};
use crate::params::RunId;

/// The locks of one store.
pub(crate) struct RunLocks {
    #[cfg(feature = "postgres")]
    session: Option<postgres::Session>,
}

/// The right to run an id, as far as the database is asked.
pub(crate) struct RunLock<'a> {
    #[cfg(feature = "postgres")]
    held: Option<postgres::Held<'a>>,
    #[cfg(not(feature = "postgres"))]
    held: std::marker::PhantomData<&'a ()>,
}

impl RunLocks {
    /// The locks of the store of that name: other stores of the database have others.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "no backend needs them"))]
    pub(crate) fn new(db: &Db, store: &str) -> Self {
        Self {
            #[cfg(feature = "postgres")]
            session: (db.backend() == super::Backend::Postgres).then(|| postgres::Session::new(db, store)),
        }
    }

    /// The session that has the rights, if there is one and it lives.
    pub(crate) fn live_session(&self) -> Option<u64> {
        #[cfg(feature = "postgres")]
        return self.session.as_ref().and_then(postgres::Session::live);
        #[cfg(not(feature = "postgres"))]
        None
    }

    /// The right to run an id, unless somebody has it.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "no backend needs it"))]
    pub(crate) fn try_take(&self, id: &RunId) -> Result<Option<RunLock<'_>>, DbError> {
        #[cfg(feature = "postgres")]
        if let Some(session) = &self.session {
            return Ok(session.try_take(id)?.map(|held| RunLock { held: Some(held) }));
        }
        Ok(Some(RunLock { held: Default::default() }))
    }

    /// Who has the right to run an id on the server, as far as that can be found out.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "no backend needs it"))]
    pub(crate) fn holder(&self, id: &RunId) -> Option<String> {
        #[cfg(feature = "postgres")]
        return self.session.as_ref()?.holder(id);
        #[cfg(not(feature = "postgres"))]
        None
    }
}

impl RunLock<'_> {
    /// Which session has the right: as long as one right of it is held, all of them are.
    pub(crate) fn session(&self) -> Option<u64> {
        #[cfg(feature = "postgres")]
        return self.held.as_ref().map(postgres::Held::epoch);
        #[cfg(not(feature = "postgres"))]
        None
    }

    /// Whether the right has not been lost with its session.
    pub(crate) fn is_held(&self) -> bool {
        #[cfg(feature = "postgres")]
        if let Some(held) = &self.held {
            return held.is_held();
        }
        true
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::thread;
    use std::time::{Duration, Instant};

    use diesel::sql_types::{BigInt, Bool, Integer, Text};
    use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
    use sha2::{Digest, Sha256};

    use super::super::pool;
    use super::super::writes::{SERVER_READS_ONLY, Writes, read_only};
    use super::super::{Conn, Db, DbError, DbOptions, DbUrl};
    use crate::params::RunId;

    /// The session of a store, connected when it is first wanted.
    pub(super) struct Session {
        url: DbUrl,
        options: DbOptions,
        writes: Arc<Writes>,
        /// Told apart from the locks of other stores by this.
        salt: i64,
        state: Mutex<State>,
    }

    struct State {
        conn: Option<Conn>,
        /// Counts the connections: a lock belongs to the one it was taken on.
        epoch: u64,
    }

    pub(super) struct Held<'a> {
        session: &'a Session,
        key: i64,
        epoch: u64,
    }

    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        yes: bool,
        /// Whether the server has stopped to take writes.
        #[diesel(sql_type = Bool)]
        read_only: bool,
    }

    /// A session of the server.
    #[derive(QueryableByName)]
    struct Backend {
        #[diesel(sql_type = Integer)]
        pid: i32,
        /// Where it is connected from; empty for this machine, and where the server does not say.
        #[diesel(sql_type = Text)]
        client: String,
    }

    /// Who has a lock. A key of 64 bits is shown as two of 32.
    const HOLDER: &str = "SELECT l.pid, coalesce(host(a.client_addr), '') AS client \
                          FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
                          WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
                          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                          AND l.classid = (($1 >> 32) & 4294967295)::oid AND l.objid = ($1 & 4294967295)::oid";

    /// A lock is for a run that is then to be stored: whether it can be is asked with it, at no cost.
    const TAKE: &str = "SELECT pg_try_advisory_lock($1) AS yes, \
                        current_setting('transaction_read_only') = 'on' AS read_only";
    const GIVE_BACK: &str = "SELECT pg_advisory_unlock($1) AS yes, false AS read_only";
    const STILL_THERE: &str = "SELECT $1 IS NOT NULL AS yes, false AS read_only";

    impl Session {
        pub(super) fn new(db: &Db, store: &str) -> Self {
            let digest = Sha256::digest(store.as_bytes());
            let mut salt = [0; 8];
            salt.copy_from_slice(&digest[..8]);
            Self {
                url: db.url().clone(),
                options: db.options().clone(),
                writes: Arc::clone(db.writes()),
                salt: i64::from_be_bytes(salt),
                state: Mutex::new(State { conn: None, epoch: 0 }),
            }
        }

        fn state(&self) -> MutexGuard<'_, State> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// Which connection it has, if that lives.
        pub(super) fn live(&self) -> Option<u64> {
            let mut state = self.state();
            let epoch = state.conn.as_ref().map(|_| state.epoch)?;
            self.ask(&mut state, STILL_THERE, 0).ok().map(|_| epoch)
        }

        pub(super) fn try_take(&self, id: &RunId) -> Result<Option<Held<'_>>, DbError> {
            let key = id.lock_key() ^ self.salt;
            let start = Instant::now();
            let mut pause = Duration::from_millis(2);
            loop {
                let mut state = self.state();
                match self.ask(&mut state, TAKE, key) {
                    // A server that is being restarted is asked again, on a new session.
                    Err(error) if error.is_transient() && start.elapsed() < self.options.patience => {
                        tracing::debug!(%error, "trying again");
                    }
                    Ok(Answer { yes, read_only: true }) => {
                        if yes {
                            self.ask(&mut state, GIVE_BACK, key)?;
                        }
                        self.writes.note(Some(SERVER_READS_ONLY.to_owned()));
                        return Err(read_only(&self.url, SERVER_READS_ONLY.to_owned()));
                    }
                    taken => return Ok(taken?.yes.then(|| Held { session: self, key, epoch: state.epoch })),
                }
                drop(state);
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(500));
            }
        }

        /// Who has the right to run an id. An error is no answer, and no reason to give the session up.
        pub(super) fn holder(&self, id: &RunId) -> Option<String> {
            let mut state = self.state();
            let query = sql_query(HOLDER).bind::<BigInt, _>(id.lock_key() ^ self.salt);
            let backend: Backend = query.get_result(state.conn.as_mut()?).ok()?;
            Some(match backend.client.as_str() {
                "" => format!("backend {} of the PostgreSQL server", backend.pid),
                client => {
                    format!("backend {} of the PostgreSQL server, connected from {client}", backend.pid)
                }
            })
        }

        fn ask(&self, state: &mut State, question: &str, key: i64) -> Result<Answer, DbError> {
            let mut conn = match state.conn.take() {
                Some(conn) => conn,
                None => {
                    state.epoch += 1;
                    let start = Instant::now();
                    pool::connect(&self.url, &self.options, &self.writes)
                        .map_err(|error| pool::failed(&self.url, error, start.elapsed()))?
                }
            };
            let answer: QueryResult<Answer> =
                sql_query(question).bind::<BigInt, _>(key).get_result(&mut conn);
            match answer {
                Ok(answer) => {
                    state.conn = Some(conn);
                    Ok(answer)
                }
                // The session is dropped, and its locks with it: whatever it was, they cannot be relied upon.
                Err(source) => Err(DbError::Query { url: self.url.to_string(), what: "lock a run", source }),
            }
        }
    }

    impl Held<'_> {
        pub(super) fn epoch(&self) -> u64 {
            self.epoch
        }

        pub(super) fn is_held(&self) -> bool {
            let mut state = self.session.state();
            if state.epoch != self.epoch || state.conn.is_none() {
                return false;
            }
            self.session.ask(&mut state, STILL_THERE, self.key).is_ok()
        }
    }

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            let mut state = self.session.state();
            if state.epoch == self.epoch
                && state.conn.is_some()
                && let Err(error) = self.session.ask(&mut state, GIVE_BACK, self.key)
            {
                tracing::debug!(%error, "the session of a lock was lost");
            }
        }
    }
}
