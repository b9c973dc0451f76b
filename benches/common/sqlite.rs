//! A full SQLite database, and the floor over it: `rusqlite` by hand.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use entropic::prelude::*;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value};

use super::{CUSTOM_DATA, Method, Orbit, floor_id, shuffled};

/// Databases are kept below the target folder; a change of their content wants another number.
const VERSION: u32 = 1;
/// How many rows have a result, at most; only these are asked for.
const ASKED: usize = 10_000;

/// The columns of the table, as the floor selects them.
macro_rules! columns {
    () => {
        "adaptive, drag, dt, label, mass, method, seed, steps, energy, period, orbits.id, result_file, created_at, custom_data"
    };
}

/// All rows, for the floor of bulk reads.
pub const ALL: &str = concat!("SELECT ", columns!(), " FROM orbits");
/// The same in the order of entropic's listings.
pub const LISTED: &str = concat!("SELECT ", columns!(), " FROM orbits ORDER BY created_at, id");
/// The rows of a list of ids, in its order: SQLite leaves the sides of a `CROSS JOIN` where they are.
const JOINED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM json_each(?) AS asked CROSS JOIN orbits ON orbits.id = asked.value"
);

/// Writes the row of a run.
pub fn insert(
    connection: &Connection,
    orbit: &Orbit,
    id: &str,
    result: &Path,
    created_at: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO orbits VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?
        .execute(rusqlite::params![
            orbit.adaptive,
            orbit.drag,
            orbit.dt,
            orbit.label,
            orbit.mass,
            orbit.method.as_str(),
            orbit.seed,
            orbit.steps,
            -0.5 / orbit.mass,
            Option::<f64>::None,
            id,
            result.to_str(),
            created_at,
            CUSTOM_DATA,
        ])
        .map(drop)
}

/// Where a database is kept from one start to the next.
pub fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("orbits-{name}-v{VERSION}"))
}

/// The store in a folder.
pub fn open(dir: &Path) -> Store<Orbit> {
    Store::builder()
        .database(format!("sqlite://{}", dir.join("runs.db").display()))
        .results_dir(dir.join("results"))
        .file_suffix(".csv")
        .open()
        .expect("the store opens; if its own files have changed since the database was made, raise `VERSION`")
}

/// A database of some rows, and the points that may be asked for, in random order.
pub struct Fixture {
    dir: PathBuf,
    pub points: Vec<Orbit>,
}

impl Fixture {
    /// Finds the database of an earlier start, or makes it.
    pub fn of(rows: u32) -> Result<Self, Box<dyn Error>> {
        Self::found_or_made(kept(&format!("{rows}")), rows, ASKED)
    }

    /// The same with a result for each row: all of them may be asked for.
    pub fn whole(rows: u32) -> Result<Self, Box<dyn Error>> {
        Self::found_or_made(kept(&format!("{rows}-whole")), rows, usize::MAX)
    }

    fn found_or_made(dir: PathBuf, rows: u32, asked: usize) -> Result<Self, Box<dyn Error>> {
        let points: Vec<Orbit> = shuffled(rows, asked).into_iter().map(Orbit::nth).collect();
        let fixture = Self { dir, points };
        let done = fixture.dir.join("done");
        if !done.exists() {
            let _ = fs::remove_dir_all(&fixture.dir);
            fs::create_dir_all(&fixture.dir)?;
            fixture.fill(rows)?;
            fs::write(done, "")?;
        }
        Ok(fixture)
    }

    fn fill(&self, rows: u32) -> Result<(), Box<dyn Error>> {
        drop(self.store());
        let mut connection = self.connection();
        // The index grows in random order; what does not fit in the cache would be written again and again.
        connection.pragma_update(None, "cache_size", -500_000)?;
        let transaction = connection.transaction()?;
        for n in 0..rows {
            let orbit = Orbit::nth(n);
            let id = orbit.id()?;
            // What the floor computes must be the key that entropic uses.
            assert_eq!(id.as_str(), floor_id(&orbit));
            let moment = format!(
                "2026-11-{:02} {:02}:{:02}:28.{:06}",
                1 + n % 28,
                n / 28 % 24,
                n / 672 % 60,
                n % 1_000_000
            );
            insert(&transaction, &orbit, id.as_str(), &self.result(id.as_str()), &moment)?;
        }
        transaction.commit()?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE")?;
        for point in &self.points {
            // A hit asks whether it is there; a million blocks of the disk for what is in them would be for nothing.
            File::create(self.result(&floor_id(point)))?;
        }
        Ok(())
    }

    fn result(&self, id: &str) -> PathBuf {
        self.dir.join("results").join(format!("{id}.csv"))
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn store(&self) -> Store<Orbit> {
        open(&self.dir)
    }

    /// A connection of the floor, set up like the store's.
    pub fn connection(&self) -> Connection {
        let connection = Connection::open(self.dir.join("runs.db")).expect("the database opens");
        connection.execute_batch(
            "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA journal_mode = wal",
        ).expect("these pragmas are right");
        connection
    }
}

/// What the floor makes of a row.
pub struct FloorRecord {
    pub params: Orbit,
    pub energy: Option<f64>,
    pub period: Option<f64>,
    pub id: String,
    pub result_file: PathBuf,
    pub created_at: NaiveDateTime,
    pub custom_data: Map<String, Value>,
}

impl FloorRecord {
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            params: Orbit {
                adaptive: row.get(0)?,
                drag: row.get(1)?,
                dt: row.get(2)?,
                label: row.get(3)?,
                mass: row.get(4)?,
                method: Method::from_text(row.get_ref(5)?.as_str()?).expect("only methods were stored"),
                seed: row.get(6)?,
                steps: row.get(7)?,
            },
            energy: row.get(8)?,
            period: row.get(9)?,
            id: row.get(10)?,
            result_file: row.get::<_, String>(11)?.into(),
            created_at: NaiveDateTime::parse_from_str(row.get_ref(12)?.as_str()?, "%Y-%m-%d %H:%M:%S%.f")
                .expect("only moments were stored"),
            custom_data: serde_json::from_str(row.get_ref(13)?.as_str()?).expect("only objects were stored"),
        })
    }

    /// The row of an id.
    pub fn find(connection: &Connection, id: &str) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(concat!("SELECT ", columns!(), " FROM orbits WHERE id = ?"))?
            .query_row([id], Self::read)
    }

    /// What a sweep over stored points does: their rows, and whether each result is there.
    pub fn sweep(connection: &Connection, points: &[Orbit]) -> rusqlite::Result<Vec<Self>> {
        let ids: Vec<String> = points.iter().map(floor_id).collect();
        let ids = serde_json::to_string(&ids).expect("texts are JSON");
        let records = Self::load(connection, JOINED, [ids])?;
        for record in &records {
            fs::metadata(&record.result_file).expect("the result is there");
        }
        Ok(records)
    }

    /// The rows of a query, all of them.
    pub fn load(
        connection: &Connection,
        sql: &str,
        binds: impl rusqlite::Params,
    ) -> rusqlite::Result<Vec<Self>> {
        connection.prepare_cached(sql)?.query_map(binds, Self::read)?.collect()
    }
}
