//! Migrations as files, run with Diesel's own library.

use std::fs;
use std::path::Path;

use diesel::Connection as _;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use entropic::{Result, write_migration, write_migration_for};

use crate::records::at;
use crate::schemas::{fresh, shape};
use crate::support::{Backend, Scratch, each_backend};

mod first {
    use entropic::prelude::*;

    #[derive(SimRecord)]
    #[sim(table = "beams", output(sag: f64))]
    pub struct Beam {
        pub length: f64,
        #[sim(index)]
        pub load: i64,
        pub note: String,
    }
}

mod second {
    use entropic::prelude::*;

    /// Another name, another column, another index; `note` may be missing now.
    #[derive(SimRecord)]
    #[sim(table = "beams", output(sag: f64, stress: f64), index(span, load))]
    pub struct Beam {
        #[sim(was = "length")]
        pub span: f64,
        #[sim(index)]
        pub load: i64,
        pub note: Option<String>,
        #[sim(default = "it's steel")]
        pub material: String,
    }
}

mod third {
    use entropic::prelude::*;

    /// `note` is gone, without a word.
    #[derive(SimRecord)]
    #[sim(table = "beams", version = 2, output(sag: f64, stress: f64), index(span, load))]
    pub struct Beam {
        #[sim(was = "length")]
        pub span: f64,
        #[sim(index)]
        pub load: i64,
        #[sim(default = "it's steel")]
        pub material: String,
    }
}

/// Forward with what is pending, or back with everything, as `diesel migration` does it.
fn migrate(s: &Scratch, dir: &Path, forward: bool) {
    fn go<DB: diesel::backend::Backend>(harness: &mut impl MigrationHarness<DB>, dir: &Path, forward: bool) {
        let migrations = FileBasedMigrations::from_path(dir).unwrap();
        if forward {
            harness.run_pending_migrations(migrations).unwrap();
        } else {
            harness.revert_last_migration(migrations).unwrap();
        }
    }
    match s.backend() {
        Backend::Sqlite => {
            let path = s.url().strip_prefix("sqlite://").unwrap();
            go(&mut diesel::SqliteConnection::establish(path).unwrap(), &dir.join("sqlite"), forward);
        }
        #[cfg(feature = "postgres")]
        Backend::Postgres => {
            go(&mut diesel::PgConnection::establish(s.url()).unwrap(), &dir.join("postgres"), forward);
        }
        #[cfg(not(feature = "postgres"))]
        Backend::Postgres => unreachable!(),
    }
}

fn text(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).unwrap()
}

each_backend! {
    fn migrations_go_forward_and_back(s: &Scratch) -> Result<()> {
        let dir = s.dir().join("migrations");
        let made = write_migration::<first::Beam>(&dir)?;
        assert_eq!(made.len(), 2);
        for dir in &made {
            assert!(dir.file_name().unwrap().to_str().unwrap().ends_with("_create_beams"), "{}", dir.display());
        }
        assert!(write_migration::<first::Beam>(&dir)?.is_empty());
        migrate(s, &dir, true);
        assert_eq!(shape(s, "beams"), fresh::<first::Beam>(s, "beams")?);
        let store = at::<first::Beam>(s).runner(|_: &first::Beam, run| fs::write(run.result_file(), "x")).open()?;
        let run = store.run(&first::Beam { length: 2.0, load: 3, note: "n".to_owned() })?;
        drop(store);
        let before = shape(s, "beams");

        let changed = write_migration::<second::Beam>(&dir)?;
        assert!(changed[0] > made[0], "they run in this order");
        migrate(s, &dir, true);
        let after = shape(s, "beams");
        assert_eq!(after, fresh::<second::Beam>(s, "beams")?);
        // Nothing is left to be said, and the run is a hit.
        let store = at::<second::Beam>(s).open()?;
        let asked = second::Beam { span: 2.0, load: 3, note: Some("n".to_owned()), material: "it's steel".to_owned() };
        assert_eq!(store.retrieve(&asked)?.unwrap().id, run.id);
        drop(store);

        migrate(s, &dir, false);
        assert_eq!(shape(s, "beams"), before);
        assert_eq!(at::<first::Beam>(s).open()?.get(&run.id)?.unwrap().note, "n");
        migrate(s, &dir, true);
        assert_eq!(shape(s, "beams"), after);
        assert_eq!(at::<second::Beam>(s).open()?.retrieve(&asked)?.unwrap().id, run.id);
        migrate(s, &dir, false);
        migrate(s, &dir, false);
        assert!(shape(s, "beams").is_empty(), "all the way back");
        Ok(())
    }
}

#[test]
fn what_would_destroy_something_is_a_comment_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    write_migration::<second::Beam>(dir.path()).unwrap();
    let made = write_migration::<third::Beam>(dir.path()).unwrap();
    for dir in &made {
        let up = text(dir, "up.sql");
        assert!(up.lines().filter(|line| !line.starts_with("--")).all(|line| line == "SELECT 1;"), "{up}");
        for word in ["`note`", "DROP COLUMN \"note\"", "retired(note", "version 1", "rehash"] {
            assert!(up.contains(word), "{word}: {up}");
        }
    }
    // It was said.
    assert!(write_migration::<third::Beam>(dir.path()).unwrap().is_empty());
}

mod whole {
    use entropic::prelude::*;

    #[derive(SimRecord)]
    #[sim(table = "beams")]
    pub struct Beam {
        pub length: i64,
    }
}

mod broken {
    use entropic::prelude::*;

    #[derive(SimRecord)]
    #[sim(table = "beams")]
    pub struct Beam {
        pub length: f64,
        pub load: f64,
    }
}

/// A number of another kind, and a parameter that the rows have no value for.
#[test]
fn what_no_statement_can_do_is_a_comment_and_not_remembered() {
    let dir = tempfile::tempdir().unwrap();
    write_migration::<whole::Beam>(dir.path()).unwrap();
    for dir in write_migration::<broken::Beam>(dir.path()).unwrap() {
        let up = text(&dir, "up.sql");
        assert_eq!(up.matches("-- Not done").count(), 2, "{up}");
        assert!(up.lines().all(|line| line.starts_with("--") || line == "SELECT 1;"), "{up}");
        assert!(!text(&dir, "schema.json").contains("\"load\""));
    }
}

#[test]
fn entropic_s_own_migrations_are_in_step() {
    for set in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")).unwrap() {
        are_in_step(&set.unwrap().path());
    }
}

fn are_in_step(root: &Path) {
    let names = |backend: &str| {
        let mut names: Vec<String> = fs::read_dir(root.join(backend))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    // What a table has, apart from how a backend writes it: here they write it alike.
    for name in names("sqlite") {
        for file in ["up.sql", "down.sql"] {
            let [one, other] =
                ["sqlite", "postgres"].map(|backend| text(&root.join(backend).join(&name), file));
            assert_eq!(one, other, "{name}/{file}");
        }
    }
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = write_migration::<first::Beam>(&file).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

/// For `tests/diesel-cli.sh`: in the folder that it names, `migrations` has those of one database and `both` those of
/// both, three of each.
#[cfg(feature = "sqlite")]
#[test]
fn write_what_the_command_line_runs() {
    let named = std::env::var_os("ENTROPIC_WRITE_MIGRATIONS");
    let scratch = Scratch::sqlite();
    let dir = named.as_ref().map_or(scratch.dir(), Path::new);
    let (one, both) = (dir.join("migrations"), dir.join("both"));
    let backend = entropic::Backend::Sqlite;
    let written = [
        write_migration_for::<first::Beam>(backend, &one).unwrap(),
        write_migration_for::<second::Beam>(backend, &one).unwrap(),
        write_migration_for::<third::Beam>(backend, &one).unwrap(),
    ];
    for dir in &written {
        let dir = dir.as_ref().expect("something has changed");
        assert!(dir.starts_with(&one) && dir.join("up.sql").exists());
    }
    assert_eq!(write_migration_for::<third::Beam>(backend, &one).unwrap(), None);
    write_migration::<first::Beam>(&both).unwrap();
    write_migration::<second::Beam>(&both).unwrap();
    write_migration::<third::Beam>(&both).unwrap();
}
