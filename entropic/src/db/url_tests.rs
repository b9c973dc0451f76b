#![allow(clippy::unwrap_used, reason = "tests")]
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

#[test]
fn the_accepted_forms_are_accepted() {
    for (text, shown) in [
        ("runs.db", "sqlite://runs.db"),
        ("sqlite:///abs/runs.db", "sqlite:///abs/runs.db"),
        ("sqlite:////abs/runs.db", "sqlite:///abs/runs.db"),
        ("./a:b.db", "sqlite://./a:b.db"),
        ("./host=a password=b", "sqlite://./host=a password=b"),
        ("mass=1.db", "sqlite://mass=1.db"),
        ("my runs 'x' ü.db", "sqlite://my runs 'x' ü.db"),
        ("sqlite::memory:", "sqlite::memory:"),
        (":memory:", "sqlite::memory:"),
        ("C:\\runs.db", "sqlite://C:\\runs.db"),
        ("a@b.db", "sqlite://a@b.db"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("postgres://", "postgres://"),
        ("postgres:///d", "postgres:///d"),
        ("postgres:///d?host=/run/postgresql", "postgres:///d?host=/run/postgresql"),
        ("postgres://%2Frun%2Fpostgresql/d", "postgres://%2Frun%2Fpostgresql/d"),
        ("postgres://u@h1:1,h2:2,[::1]:3/d?target_session_attrs=read-write", ""),
        ("postgres://u@[fe80::1%25eth0]/d", ""),
        ("postgres://h?options=-csearch_path%3Da", ""),
        ("postgres://ada%40org:@h", ""),
    ] {
        let shown = if shown.is_empty() { text } else { shown };
        assert_eq!(text.parse::<DbUrl>().unwrap().to_string(), shown);
    }
}

#[test]
fn anything_else_is_refused_with_the_forms() {
    for text in [
        "",
        "mysql://h/d",
        "sqlite://",
        "postgresql+psycopg2://h/d",
        "file:runs.db",
        "sqlite://a?mode=ro",
        "sqlite:a.db",
        "a\0b",
        "postgres://h:port/d",
        "postgres://h:0/d",
        "postgres://[::1/d",
        "postgres://h/d?sslmode",
        "postgres://h/d\n",
        "postgres://h/%zz",
        "postgres://h/%00",
    ] {
        let message = text.parse::<DbUrl>().unwrap_err().to_string();
        for form in ["sqlite://", "sqlite::memory:", "postgres://"] {
            assert!(message.contains(form), "{message}");
        }
    }
}

#[test]
fn a_path_is_the_file_that_it_names() {
    for name in ["postgres://u:p@h/d", ":memory:", "sqlite::memory:", "host=a password=b", "/runs.db"] {
        let url = DbUrl::from(Path::new(name));
        assert_eq!(url.path(), Some(Path::new(name)));
        assert!(url.as_sqlalchemy_reads_it().is_none());
    }
    let read_as = |text: &str| text.parse::<DbUrl>().unwrap().as_sqlalchemy_reads_it().map(Path::to_owned);
    assert_eq!(read_as("sqlite:///a/runs.db"), Some("a/runs.db".into()));
    assert_eq!(read_as("sqlite:////a/runs.db"), None);
    assert_eq!(read_as("/a/runs.db"), None);
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_with_a_limit() {
    for (text, whole) in [
        ("postgres://h/d", "postgres://h/d?connect_timeout=7"),
        ("postgres://h?", "postgres://h?connect_timeout=7"),
        ("postgres://h/d?user=a", "postgres://h/d?user=a&connect_timeout=7"),
        ("postgres://h/d?connect_timeout=3", "postgres://h/d?connect_timeout=3"),
    ] {
        assert_eq!(text.parse::<DbUrl>().unwrap().server().unwrap().within(7), whole);
    }
}

/// What people see of a text that may be a URL, and of what libpq may answer to it.
fn seen(text: &str) -> String {
    match text.parse::<DbUrl>() {
        Ok(url) => {
            let said = format!("invalid something in URI: \"{text}\"");
            let said = url.server().map(|server| server.scrubbed(&said)).unwrap_or_default();
            format!("{url} {url:?} {said}")
        }
        Err(error) => format!("{error} {error:?}"),
    }
}

#[test]
fn passwords_are_never_shown() {
    for url in [
        "postgres://u:se%40cret@h:5432/d",
        "postgres://u:se:cret@h/d?sslmode=require",
        "postgres://h/d?user=u&password=secret",
        "postgres://h/d?sslpassword=secret",
        "postgres://h/d?not_yet_known=secret",
        "mysql://u:secret@h/d",
        "postgres://u:se/cret@x@h/d",
        "postgres://u:se?cret@h/d",
        "postgres://u:se#cret@h/d",
        "postgres://u:1/cret@h/d",
        "postgres://h?password=x@cret",
        "postgres://u:x@cret@h/d",
        "postgres://h/d?PASSWORD=secret",
        "postgres://h/d?pass%77ord=secret",
        "postgres://h/d?secret",
        "postgres://h/d?password=a=secret",
        "postgres:u:secret@h/d",
        "postgres:/u:secret@h/d",
        "postgres:///u:secret@h/d",
        "POSTGRES://u:secret@h/d",
        " postgres://u:secret@h/d",
        "postgres://u:secret@h/d\n",
        "\"postgres://u:secret@h/d\"",
        "u:secret@h/d",
        "ada:secret@h/d",
        "//u:secret@h/d",
        "db.example:secret@h/d",
        "host=h user=u password=secret",
        "host = h password = secret",
        "password=secret",
        "dbname=d PassWord=secret",
        "Server=h;User Id=u;Password=secret",
        "Host=h;Pwd=secret",
        "jdbc:postgresql://h/d?password=secret",
        "sqlite://u:secret@h/d",
        "sqlite://host=h password=secret",
        "sqlite://a?password=secret",
        "postgres://u:sec%zzret@h/d",
        "postgres://u:cret",
        "postgres://u:sec%00ret@h/d",
    ] {
        let shown = seen(url);
        assert!(!shown.contains("cret") && !shown.contains("sec%"), "{url}: {shown}");
    }
}

/// Up to `most` of these characters, drawn at random.
fn some_of(characters: &str, most: usize, rng: &mut ChaCha8Rng) -> String {
    let characters: Vec<char> = characters.chars().collect();
    (0..rng.random_range(0..=most)).filter_map(|_| characters.choose(rng)).collect()
}

#[test]
fn no_password_is_shown_in_any_form() {
    let rng = &mut ChaCha8Rng::seed_from_u64(7);
    // A word that no message has, among characters that mean something in a URL.
    let around = "-@:/?#&=%+,;.~$ !'\"[]abcxyz0123456789é";
    for case in 0..4_000 {
        let secret = format!("{}Xq7{}", some_of(around, 6, rng), some_of(around, 6, rng));
        let user = match case % 3 {
            0 => some_of("abz@:/?#%", 3, rng),
            _ => format!("u{}", some_of("abcxyz", 3, rng)),
        };
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for text in [
            format!("postgres://{user}:{secret}@h/d"),
            format!("postgres://{user}:{secret}@h:5432/d?sslmode=require"),
            format!("postgresql://h/d?user={user}&password={secret}"),
            format!("postgres://h?password={secret}&user={user}"),
            format!("postgres://h1:1,h2:2/d?PassWord={secret}"),
            format!("postgres://{user}@h/d?p%61ssword={secret}"),
            format!("postgres:{user}:{secret}@h/d"),
            format!("host=h user={user} password={secret}"),
            format!("user={user} password='{secret}' host=h"),
            format!("{user}:{secret}@h/d"),
            format!("mysql://{user}:{secret}@h/d"),
            format!("postgres://{user}:{encoded}@h/d"),
            format!("postgres://h/d?password={encoded}"),
            format!(" postgres://{user}:{secret}@h/d"),
            format!("sqlite://{user}:{secret}@h/d"),
            format!("postgres://{user}:{secret}@%2Frun%2Fpg:5432/d"),
        ] {
            // What is a literal path by its beginning is no login.
            if text.starts_with('/') || text.starts_with("sqlite:///") {
                continue;
            }
            let shown = seen(&text);
            assert!(!shown.contains("Xq7") && !shown.contains(&encoded[..]), "{text}: {shown}");
        }
    }
}

fn server(text: &str) -> ServerUrl {
    text.parse::<DbUrl>().unwrap().server().unwrap().clone()
}

#[test]
fn what_is_noted_of_a_server_holds_no_secret() {
    for (text, noted) in [
        ("postgres://ada:secret@db.example:1,two/runs", "postgres://ada@db.example:1,two/my%20runs"),
        ("postgresql://db?password=secret&sslmode=require&port=3", "postgres://db/my%20runs?port=3"),
        (
            "postgres:///x?user=ada&passfile=/x&options=-ca%3Db",
            "postgres:///my%20runs?user=ada&options=-ca%3Db",
        ),
        ("postgres://", "postgres:///my%20runs"),
    ] {
        assert_eq!(server(text).without_secrets("my runs"), noted);
        assert_eq!(server(noted).without_secrets("my runs"), noted);
    }
}

#[test]
fn a_password_is_shown_to_its_own_server_only() {
    let own = server("postgres://ada:secret@db/copy?sslmode=require&options=-ca%3Db&sslpassword=word");
    for (noted, on_this_server, towards) in [
        ("postgres://bob@db/runs", false, "postgres://ada:secret@db/runs?sslmode=require&sslpassword=word"),
        (
            "postgres://bob@localhost/runs?options=-cx%3Dy",
            true,
            "postgres://ada:secret@db/runs?sslmode=require&sslpassword=word&options=-cx%3Dy",
        ),
        ("postgres://bob@other/runs", false, "postgres://bob@other/runs?password="),
        ("postgres://db/runs?host=other", false, "postgres://db/runs?host=other&password="),
        ("postgres://x:y@other/runs?gssdelegation=1&passfile=/x", false, "postgres://x@other/runs?password="),
    ] {
        assert_eq!(own.towards(&server(noted), on_this_server), towards);
    }
}
