//! URLs of PostgreSQL servers, as libpq reads them, and what of them may be shown.
//!
//! Where libpq and the standard of URLs read a text differently, a part of a password could be taken for a host or a
//! database, and be shown as such. A URL is taken only if both read the same.

/// The parameters whose values are no secrets. Any other value is hidden, also one of a parameter that libpq has not
/// learned yet.
const SHOWN: [&str; 42] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "passfile",
    "service",
    "servicefile",
    "require_auth",
    "channel_binding",
    "connect_timeout",
    "client_encoding",
    "options",
    "application_name",
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "replication",
    "gssencmode",
    "gsslib",
    "gssdelegation",
    "krbsrvname",
    "ssl",
    "sslmode",
    "sslnegotiation",
    "sslcompression",
    "sslcert",
    "sslkey",
    "sslcertmode",
    "sslrootcert",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "requirepeer",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "min_protocol_version",
    "target_session_attrs",
    "load_balance_hosts",
];

/// The parameters whose values are secrets.
const SECRET: [&str; 5] =
    ["password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"];

/// The parameters that say which database is meant, and nothing else.
const PLACE: [&str; 5] = ["host", "hostaddr", "port", "user", "options"];

/// How the characters are written that part a URL.
const ENCODE: &str = "in a user, a password or any value write `@` as `%40`, `:` as `%3A`, `/` as `%2F`, `?` as `%3F`, \
                      `#` as `%23`, `=` as `%3D`, `&` as `%26`, `%` as `%25`";

/// A URL of a server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct ServerUrl {
    /// What libpq takes, password and all.
    whole: String,
    /// The same for people.
    shown: String,
    /// What must not be shown, as it is written and as it is meant.
    secrets: Vec<String>,
    says_timeout: bool,
}

impl ServerUrl {
    /// Reads a URL; `None` if the text has another scheme, and a reason without any part of the text if it is none.
    pub(super) fn parse(text: &str) -> Option<Result<Self, String>> {
        let scheme = ["postgres://", "postgresql://"].into_iter().find(|scheme| text.starts_with(scheme))?;
        Some(Self::behind(scheme, text))
    }

    fn behind(scheme: &str, text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) || text.ends_with(char::is_whitespace) {
            return Err("it contains a line break, or ends with a space".to_owned());
        }
        if text.contains('#') {
            return Err(format!("it contains a `#`; {ENCODE}"));
        }
        let rest = &text[scheme.len()..];
        let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
        let (authority, path) =
            place.split_once('/').map_or((place, None), |(authority, path)| (authority, Some(path)));
        if path.is_some_and(|path| path.contains('@')) || query.is_some_and(|query| query.contains('@')) {
            return Err(format!("an `@` follows a `/` or a `?`; {ENCODE}"));
        }
        let mut url = Self {
            whole: text.to_owned(),
            shown: scheme.to_owned(),
            secrets: Vec::new(),
            says_timeout: false,
        };
        let hosts = match authority.split_once('@') {
            None => authority,
            Some((_, hosts)) if hosts.contains('@') => {
                return Err(format!("it contains more than one `@`; {ENCODE}"));
            }
            Some((user, hosts)) => {
                url.user(user)?;
                hosts
            }
        };
        for (at, host) in hosts.split(',').enumerate() {
            check_host(host)?;
            url.shown += if at == 0 { "" } else { "," };
            url.shown += host;
        }
        if let Some(path) = path {
            decoded(path)?;
            url.shown += "/";
            url.shown += path;
        }
        if let Some(query) = query {
            url.query(query)?;
        }
        Ok(url)
    }

    fn user(&mut self, text: &str) -> Result<(), String> {
        let (user, password) = text.split_once(':').map_or((text, None), |(user, word)| (user, Some(word)));
        decoded(user)?;
        self.shown += user;
        if let Some(password) = password {
            self.hide(password, decoded(password)?);
            self.shown += if password.is_empty() { ":" } else { ":***" };
        }
        self.shown += "@";
        Ok(())
    }

    fn query(&mut self, query: &str) -> Result<(), String> {
        let mut between = "?";
        for pair in query.split('&').filter(|_| !query.is_empty()) {
            let Some((key, value)) = pair.split_once('=').filter(|(_, value)| !value.contains('=')) else {
                return Err(format!("what follows `?` is not of the form `name=value&name=value`; {ENCODE}"));
            };
            let (key, meant) = (decoded(key)?, decoded(value)?);
            if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                return Err(
                    "a name behind `?` is none of libpq's, which are lower case: `password`".to_owned()
                );
            }
            self.shown += between;
            if SHOWN.contains(&&*key) {
                self.shown += &format!("{key}={value}");
            } else {
                self.hide(value, meant);
                // Behind a `&` of a password even a name may be a part of it.
                self.shown += if SECRET.contains(&&*key) { &key } else { "***" };
                self.shown += "=***";
            }
            self.says_timeout |= key == "connect_timeout";
            between = "&";
        }
        Ok(())
    }

    fn hide(&mut self, written: &str, meant: String) {
        self.secrets.extend([written.to_owned(), meant].into_iter().filter(|secret| !secret.is_empty()));
    }

    /// The URL for people.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// What libpq takes, with a limit to how long it waits for a server that does not answer, unless one is set.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL connects by URL"))]
    pub(super) fn within(&self, seconds: u64) -> String {
        if self.says_timeout || std::env::var_os("PGCONNECT_TIMEOUT").is_some() {
            return self.whole.clone();
        }
        let between = match self.whole.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{between}connect_timeout={}", self.whole, seconds.max(2))
    }

    /// A URL of the database of that name on this server, without anything that is secret.
    pub(super) fn without_secrets(&self, database: &str) -> String {
        let Parts { user, hosts, pairs, .. } = self.parts();
        let pairs = pairs.into_iter().filter(|(key, _)| PLACE.contains(key)).collect();
        written(user.map(|(user, _)| user.to_owned()), hosts, &encoded(database), pairs)
    }

    /// A URL by which a database that was [noted](Self::without_secrets) is reached: with the credentials of this URL if it
    /// is on this server, and otherwise without any password. Where the note is kept others may write, and nobody else's
    /// server is to be shown a password.
    pub(super) fn towards(&self, noted: &Self, on_this_server: bool) -> String {
        let (own, theirs) = (self.parts(), noted.parts());
        let path = theirs.path.unwrap_or_default();
        let is_options = |(key, _): &(&str, &str)| *key == "options";
        if on_this_server || own.server() == theirs.server() {
            let user = own.user.map(|(user, password)| match password {
                Some(password) => format!("{user}:{password}"),
                None => user.to_owned(),
            });
            let mut pairs = own.pairs;
            pairs.retain(|pair| pair.0 != "dbname" && !is_options(pair));
            pairs.extend(theirs.pairs.into_iter().filter(is_options));
            return written(user, own.hosts, path, pairs);
        }
        let mut pairs = theirs.pairs;
        pairs.retain(|(key, _)| PLACE.contains(key));
        // An empty one keeps libpq from taking that of the environment.
        pairs.push(("password", ""));
        written(theirs.user.map(|(user, _)| user.to_owned()), theirs.hosts, path, pairs)
    }

    /// What it is made of, as it is written.
    fn parts(&self) -> Parts<'_> {
        let rest = self.whole.split_once("://").map_or("", |(_, rest)| rest);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) =
            place.split_once('/').map_or((place, None), |(authority, path)| (authority, Some(path)));
        let (user, hosts) =
            authority.split_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        let user =
            user.map(|user| user.split_once(':').map_or((user, None), |(user, word)| (user, Some(word))));
        Parts { user, hosts, path, pairs: query.split('&').filter_map(|pair| pair.split_once('=')).collect() }
    }

    /// What libpq said, without what must not be shown.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL connects by URL"))]
    pub(super) fn scrubbed(&self, said: &str) -> String {
        // What a server or the network says quotes no password; and to blot a word out of it that happens to be one
        // would tell it.
        if said.starts_with("connection to server") || said.starts_with("could not translate host name") {
            return said.to_owned();
        }
        if said.contains(&self.whole) || self.secrets.iter().any(|secret| said.contains(secret.as_str())) {
            return "libpq does not take the URL, for a reason that would show a password".to_owned();
        }
        said.to_owned()
    }
}

/// What a URL is made of.
struct Parts<'a> {
    /// With the password, if there is one.
    user: Option<(&'a str, Option<&'a str>)>,
    hosts: &'a str,
    path: Option<&'a str>,
    pairs: Vec<(&'a str, &'a str)>,
}

impl Parts<'_> {
    /// Which server it names.
    fn server(&self) -> (&str, Vec<&(&str, &str)>) {
        let server = self.pairs.iter().filter(|(key, _)| ["host", "hostaddr", "port"].contains(key));
        (self.hosts, server.collect())
    }
}

fn written(user: Option<String>, hosts: &str, path: &str, pairs: Vec<(&str, &str)>) -> String {
    let user = user.map(|user| user + "@").unwrap_or_default();
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    format!("postgres://{user}{hosts}/{path}{query}")
}

/// A text as it stands in a part of a URL.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
        out
    })
}

/// Refuses what is no host with its port: it may be a part of a password.
fn check_host(text: &str) -> Result<(), String> {
    let (host, port) = match text.strip_prefix('[') {
        None => text.split_once(':').map_or((text, ""), |(host, port)| (host, port)),
        Some(address) => match address.split_once(']') {
            Some((address, "")) => (address, ""),
            Some((address, port)) if port.starts_with(':') => (address, &port[1..]),
            _ => return Err("an address in `[…]` does not end".to_owned()),
        },
    };
    decoded(host)?;
    let fits = |c: char| c.is_alphanumeric() || ".-_%:~".contains(c);
    if !host.chars().all(fits) {
        return Err(format!("it names no host; {ENCODE}"));
    }
    if !port.is_empty() && port.parse::<u16>().map_or(true, |port| port == 0) {
        return Err(format!("what follows the `:` of a host is no port; {ENCODE}"));
    }
    Ok(())
}

/// What a part of a URL means.
fn decoded(text: &str) -> Result<String, String> {
    let wrong = || format!("a `%` is not followed by two hexadecimal digits of a character; {ENCODE}");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) if high + low > 0 => {
                bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong())?);
            }
            _ => return Err(wrong()),
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
