use std::path::PathBuf;
use std::time::Duration;

use super::*;

const TENANT: &str = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11";
const SMALLEST: &str = "server.public_url = \"https://usher.example.org\"\n";

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, Problems> {
    let tree = reading::from_toml(text, None).map_err(Problems)?;
    Config::read(tree, variables.iter().map(|(name, value)| (name.to_string(), value.to_string())))
}

/// The whole list of problems, one a line.
#[track_caller]
fn refused(text: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let problems = load(text, variables).expect_err("the configuration should be refused").to_string();

    assert_eq!(problems.lines().collect::<Vec<_>>(), expected, "for\n{text}");
}

fn issuer(keys: &str) -> String {
    format!(
        "{SMALLEST}[[identity.issuer]]\nurl = \"https://id.example.org\"\naudience = [\"a\"]\ntenant = \"{TENANT}\"\n{keys}\n"
    )
}

#[test]
fn the_smallest_configuration_has_every_documented_default() {
    let config = load(SMALLEST, &[]).unwrap();

    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.max_body_bytes, 1 << 20);
    assert_eq!(config.server.max_connections, 900);
    assert_eq!((config.server.idle, config.server.body), (Duration::from_secs(75), Duration::from_secs(30)));
    assert_eq!(config.server.trusted_proxies, None);
    assert_eq!(config.server.drain, Duration::from_secs(25));
    assert_eq!(config.database.url, DatabaseUrl::Sqlite(PathBuf::from("usher-data/usher.db")));
    assert_eq!(config.links.key_file, PathBuf::from("usher-data/link.key"));
    assert_eq!(config.join.base_url, config.server.public_url);
    assert_eq!(config.join.opens_before, Duration::from_secs(15 * 60));
    assert_eq!(config.mail.port, 587);
    assert_eq!(config.identity.issuers, []);
    assert_eq!(config.compat.permissions, Permissions::Strict);
}

#[test]
fn a_server_s_database_is_read_with_its_password() {
    let address = "postgres://usher@db.example.org/usher?sslmode=require";
    let text = format!("{SMALLEST}database.url = \"{address}\"\ndatabase.password = \"canary\"\n");

    let config = load(&text, &[]).unwrap();

    assert_eq!(config.database.url, DatabaseUrl::Postgres(address.parse().unwrap()));
    assert_eq!(config.database.password.as_ref().map(Secret::reveal), Some("canary"));
    assert!(config.effective().contains(address) && !config.effective().contains("canary"));
}

#[test]
fn what_follows_from_other_keys_follows_them() {
    let config =
        load(SMALLEST, &[("USHER_SERVER__DATA_DIR", "/srv"), ("USHER_MAIL__SECURITY", "tls")]).unwrap();

    assert_eq!(config.database.url, DatabaseUrl::Sqlite(PathBuf::from("/srv/usher.db")));
    assert_eq!(config.links.key_file, PathBuf::from("/srv/link.key"));
    assert_eq!(config.mail.port, 465);
}

#[test]
fn writing_every_documented_default_out_changes_nothing() {
    let issuer_and_tenant = issuer(
        "[[identity.tenant]]\nid = \"2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11\"\nname = \"A\"",
    ) + "\n[[join.jitsi]]\nurl = \"https://meet.example.org\"\napp_id = \"usher\"\napp_secret = \"s\"\n";
    let silent = load(&issuer_and_tenant, &[]).unwrap();

    let spelt_out = load(&spelt_out(&issuer_and_tenant), &[]).unwrap();

    assert_eq!(values(&spelt_out), values(&silent));
    assert!(reference().defaults.len() > 25);
}

/// `base` with every documented default written into its own table.
fn spelt_out(base: &str) -> String {
    let mut document: toml::Table = toml::from_str(base).unwrap();
    for (key, default) in reference().defaults {
        let value: toml::Table = toml::from_str(&format!("value = {default}")).unwrap();
        let mut table = &mut document;
        let (path, name) = key.rsplit_once('.').unwrap();
        for part in path.split('.') {
            let entry = table.entry(part.trim_end_matches("[]")).or_insert_with(|| toml::Table::new().into());
            table = match entry {
                toml::Value::Array(items) => items[0].as_table_mut().unwrap(),
                entry => entry.as_table_mut().unwrap(),
            };
        }
        table.insert(name.into(), value["value"].clone());
    }
    to_toml(&document, "")
}

fn to_toml(table: &toml::Table, path: &str) -> String {
    let (mut own, mut below) = (String::new(), String::new());
    for (key, value) in table {
        match value {
            toml::Value::Table(table) => {
                let path = format!("{path}{key}");
                below.push_str(&format!("[{path}]\n{}", to_toml(table, &format!("{path}."))));
            }
            toml::Value::Array(items) if items[0].is_table() => {
                let table = items[0].as_table().unwrap();
                below.push_str(&format!("[[{path}{key}]]\n{}", to_toml(table, &format!("{path}{key}."))));
            }
            toml::Value::Array(items) => own
                .push_str(&format!("{key} = [{}]\n", items.iter().map(scalar).collect::<Vec<_>>().join(","))),
            value => own.push_str(&format!("{key} = {}\n", scalar(value))),
        }
    }
    own + &below
}

fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => reading::quoted(text),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        other => panic!("no key takes {other:?}"),
    }
}

/// The dump without the sources.
fn values(config: &Config) -> String {
    config
        .effective()
        .lines()
        .map(|line| line.rsplit_once(" # ").map_or(line, |(value, _)| value).to_owned() + "\n")
        .collect()
}

#[test]
fn the_dump_says_the_same_when_it_is_read_again() {
    let mail = r#"mail = { host = "mail", from = '"Events, Contoso" <a@example.org>' }"#;
    let full = format!("compat.lists = \"2021\"\n{mail}\n{}", issuer("algorithms = [\"ES256\", \"EdDSA\"]"));
    let config = load(&full, &[("USHER_LOG__LEVEL", "info,server::mailroom=debug")]).unwrap();

    let again = load(&config.effective(), &[]).unwrap();

    assert_eq!(values(&again), values(&config));
    assert_eq!(again.identity, config.identity);
    assert_eq!(again.mail, config.mail);
}

#[test]
fn the_dump_names_the_source_of_each_value() {
    let text = format!("{SMALLEST}[log]\nlevel = \"warn\"\n");
    let config = load(&text, &[("USHER_SERVER__LISTEN", "[::1]:80")]).unwrap();

    let dump = config.effective();

    for line in [
        "listen = \"[::1]:80\" # USHER_SERVER__LISTEN",
        "public_url = \"https://usher.example.org\" # line 1",
        "level = \"warn\" # line 3",
        "queue = 4096 # default",
        "# reply_to is not set: to `from`",
    ] {
        assert!(dump.lines().any(|have| have == line), "{line}\nis not in\n{dump}");
    }
}

#[test]
fn the_example_of_the_reference_loads() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("smtp-password");
    fs::write(&password, "hunter2\r\n").unwrap();
    let text = EXAMPLE.replace("/run/secrets/smtp-password", &password.display().to_string());

    let config = load(&text, &[]).unwrap();

    assert_eq!(config.mail.password.map(|secret| secret.reveal().to_owned()), Some("hunter2".into()));
    assert!(Config::reference_markdown().contains("| `listen` | an IP address and a port"));
}

#[test]
fn variables_beat_the_file_item_by_item() {
    let other = "https://other.example.org";
    let config = load(
        &issuer("app_claims = [\"x\", \"y\"]"),
        &[
            ("USHER_IDENTITY__ISSUER__0__APP_CLAIMS__1", "z"),
            ("USHER_IDENTITY__ISSUER__0__AUDIENCE", "one, two"),
            ("USHER_IDENTITY__ISSUER__1__URL", other),
            ("USHER_IDENTITY__ISSUER__1__AUDIENCE__0", "three"),
            ("USHER_IDENTITY__ISSUER__1__TENANTS", TENANT),
            ("USHER_MAIL__PORT", "26"),
            ("USHER_SERVER__LISTEN", ""),
            ("USHER_PORT", "tcp://10.0.0.1:80"),
            ("USHER_MAIL_PORT", "tcp://10.0.0.1:80"),
            ("USHER_CONFIG", "usher.toml"),
            ("HOME", "/home/usher"),
        ],
    )
    .unwrap();

    let [first, second] = config.identity.issuers.as_slice() else { panic!("two issuers") };
    assert_eq!(first.app_claims, ["x", "z"]);
    assert_eq!(first.audience, ["one", "two"]);
    assert_eq!(first.tenancy(), Tenancy::Fixed(TENANT.parse().unwrap()));
    assert_eq!(second.url.as_str(), other);
    assert_eq!(second.tenancy(), Tenancy::Claimed { claim: "tid", allowed: &[TENANT.parse().unwrap()] });
    assert_eq!(config.mail.port, 26);
}

#[test]
fn ten_issuers_keep_their_order() {
    let variables: Vec<(String, String)> = (0..11)
        .flat_map(|index| {
            [
                ("URL", format!("https://id{index}.example.org")),
                ("AUDIENCE", "a".into()),
                ("TENANT", TENANT.into()),
            ]
            .map(|(key, value)| (format!("USHER_IDENTITY__ISSUER__{index}__{key}"), value))
        })
        .rev()
        .collect();

    let config =
        Config::read(reading::from_toml(SMALLEST, None).unwrap_or_default(), variables.into_iter()).unwrap();

    assert_eq!(config.identity.issuers[10].url.as_str(), "https://id10.example.org");
}

#[test]
fn nothing_at_all_names_what_is_required() {
    refused(
        "",
        &[],
        &[
            "`server.public_url`: is required, for example \"https://usher.example.org\"; or set `USHER_SERVER__PUBLIC_URL`",
        ],
    );
}

#[test]
fn all_problems_are_told_at_once() {
    refused(
        "\
[server]
listen = \"localhost\"
public_url = 5
allow_http = \"yes\"
max_body_bytes = 100
queue = 1.5
drain_secs = 3

[mail]
host = \"mail\"
security = \"ssl\"
password = \"p\"
listen = \"0.0.0.0:1\"

[[identity.issuer]]
url = \"http://id.example.org\"
algorithms = [\"HS256\", \"none\", \"RS1\", \"RS256\", \"RS256\"]
tenants = []
colour = \"red\"

[sever]
x = 1
",
        &[
            ("USHER_LOG__LEVEL", "inof"),
            ("USHER_LOG_FORMAT", "json"),
            ("USHER_JOIN__OPENS_MINUTES_BEFORE", "soon"),
        ],
        &[
            "USHER_LOG_FORMAT: sets nothing; sections are divided by two underscores: `USHER_LOG__FORMAT`",
            "`server.listen` (line 2): wants an IP address and a port such as `127.0.0.1:8080` or `[::]:8080`, not the text `localhost`",
            "`server.public_url` (line 3): wants an address such as `https://usher.example.org`, nothing after the host and port, not `5`",
            "`server.allow_http` (line 4): wants `true` or `false`, not the text `yes`",
            "`server.max_body_bytes` (line 5): wants a whole number of bytes from 1024 to 16777216, not `100`",
            "`server.queue` (line 6): wants a whole number of enrolments from 1 to 1048576, not a number with a fraction",
            "`server.drain_secs` (line 7): is not a known key; did you mean `server.drain_seconds`?",
            "`identity.issuer[0].audience` (line 15): is required, for example [\"api://usher\"]; or set `USHER_IDENTITY__ISSUER__0__AUDIENCE`",
            "`identity.issuer[0].tenants` (line 18): wants a list of at least one: a UUID such as `2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11`, not an empty one",
            "`identity.issuer[0].algorithms` (line 17): refuses `HS256`: its key is a shared secret, so whoever can check a token can also forge one; refuses `none`: such tokens are not signed, so anybody can write one; wants one of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `EdDSA`, not the text `RS1`; lists \"RS256\" twice",
            "`identity.issuer[0].url` (line 16): wants `https`; plain `http` to other machines needs `server.allow_http = true`",
            "`identity.issuer[0].colour` (line 19): is not a known key; known here: `url`, `audience`, `tenant`, `tenants`, `tenant_claim`, `algorithms`, `person_claim`, `app_claims`, `scope_claim`, `roles_claim`, `sign_in_client_id`, `sign_in_secret`, `sign_in_secret_file`, `keys_refresh_seconds`, `keys_min_interval_seconds`, `max_token_lifetime_seconds`",
            "`mail.security` (line 11): wants one of `starttls`, `tls`, `none`, not the text `ssl`",
            "`mail.from` (line 9): is required with `mail.host`, for example \"Usher <no-reply@example.org>\"",
            "`mail.username` (line 9): is required with a password",
            "`mail.listen` (line 13): is not a known key; did you mean `server.listen`?",
            "`join.opens_minutes_before` (USHER_JOIN__OPENS_MINUTES_BEFORE): wants a whole number of minutes from 0 to 1440, not `soon`",
            "`log.level` (USHER_LOG__LEVEL): wants one of `error`, `warn`, `info`, `debug`, `trace`, `off`, then `module=level` with commas between, not `inof`",
            "`sever` (line 21): is not a known key; did you mean `server`?",
        ],
    );
}

#[test]
fn each_fault_between_keys_is_told() {
    let rows: &[(&str, &[&str])] = &[
        (
            "server.public_url = \"http://usher.example.org\"",
            &[
                "`server.public_url` (line 1): wants `https`; plain `http` to other machines needs `server.allow_http = true`",
            ],
        ),
        (
            &format!("{SMALLEST}server.trusted_proxies = [\"10.0.0.0/8\", \"10.0.0.1/8\"]"),
            &[
                "`server.trusted_proxies` (line 2): wants an IP address such as `192.0.2.10`, or a network without bits behind the prefix, not the text `10.0.0.1/8`",
            ],
        ),
        (
            "server.public_url = \"https://usher.example.org/path\"",
            &[
                "`server.public_url` (line 1): wants an address such as `https://usher.example.org`, nothing after the host and port, not the text `https://usher.example.org/path`",
            ],
        ),
        (
            &issuer(&format!("tenants = [\"{TENANT}\"]")),
            &["`identity.issuer[0].tenants` (line 6): is set beside `tenant`: keep one of the two"],
        ),
        (
            &issuer("").replace("tenant =", "#"),
            &[
                "`identity.issuer[0].tenant` (line 2): is required, unless `tenants` lists the organisations it may name",
            ],
        ),
        (
            &issuer("").replace("id.example.org", "id.example.org/{tenantid}/v2.0"),
            &[
                "`identity.issuer[0].url` (line 3): holds a placeholder, which is not filled in; list one issuer for each organisation",
            ],
        ),
        (
            &issuer(&format!(
                "[[identity.issuer]]\nurl = \"https://id.example.org\"\naudience = [\"b\"]\ntenant = \"{TENANT}\""
            )),
            &["`identity.issuer[1].url` (line 7): is there already: \"https://id.example.org\""],
        ),
        (
            &format!("{SMALLEST}database.url = \"postgres://usher:canary@db/usher\""),
            &[
                "`database.url` (line 2): holds a password: it belongs in `database.password` or `database.password_file`",
            ],
        ),
        (
            &format!(
                "{SMALLEST}database.url = \"postgres://usher@db.example.org\"\ndatabase.connections = 1"
            ),
            &[
                "`database.url` (line 2): names no database: `postgres://user@host/database`",
                "`database.connections` (line 3): wants a whole number of connections from 2 to 1000, not `1`",
            ],
        ),
        (
            &format!("{SMALLEST}database.url = \"postgres://usher@db1,db2/usher\""),
            &[
                "`database.url` (line 2): names several hosts: one address, of a proxy where there are several servers",
            ],
        ),
        (
            &format!("{SMALLEST}database.url = \"postgres://u@db/usher?sslmod=canary\""),
            &["`database.url` (line 2): holds an option that is none of `sslmode`, `sslrootcert`, `host`"],
        ),
        (
            &format!(
                "{SMALLEST}database.url = \"postgres://u@db/usher?sslmode=verify\"\ndatabase.password = \"p\""
            ),
            &[
                "`database.url` (line 2): wants one of `disable`, `prefer`, `require`, `verify-ca`, `verify-full` as `sslmode`",
            ],
        ),
        (
            &format!("{SMALLEST}database.password = \"canary\""),
            &["`database.password` (line 2): is for PostgreSQL: `database.url` names no server"],
        ),
        (
            &format!("{SMALLEST}database.url = \"sqlite::memory:\""),
            &[
                "`database.url` (line 2): wants `sqlite:` and the path of a file, or `postgres://user@host/database`, not a database in memory, which would forget everything",
            ],
        ),
        (
            &format!(
                "{SMALLEST}mail.host = \"mail\"\nmail.from = \"a@b.example\"\nmail.mailbox = true\nmail.username = \"u\""
            ),
            &[
                "`mail.username` (line 5): needs `mail.password`, `mail.password_file` or `[mail.oauth2]`",
                "`mail.mailbox` (line 4): takes the letters that `mail.host` should send: keep one of the two",
            ],
        ),
        (
            &format!(
                "{SMALLEST}mail.from = \"a@b.example\"\nmail.host = \"smtp.example.org:25\"\nmail.port = 0"
            ),
            &[
                "`mail.host` (line 3): wants the name or address of a machine, without a port, not the text `smtp.example.org:25`",
                "`mail.port` (line 4): wants a whole number from 1 to 65535, not `0`",
            ],
        ),
        (
            &format!(
                "{SMALLEST}mail.return_path = \"much-too-long@example.org\"\nmail.lmtp.listen = \"25\"\nmail.dkim.domain = \"example.org\""
            ),
            &[
                "`mail.return_path` (line 2): wants a mail address whose name has 8 characters at most and no `+`, not the text `much-too-long@example.org`",
                "`mail.dkim.selector` (line 4): is required with the other keys of `[mail.dkim]`",
                "`mail.dkim.key_file` (line 4): is required with the other keys of `[mail.dkim]`",
                "`mail.lmtp.listen` (line 3): wants an address with a port such as `127.0.0.1:2424`, or a socket such as `unix:/run/usher/lmtp.sock`, not the text `25`",
            ],
        ),
        (
            &format!(
                "{SMALLEST}mail.lmtp.listen = \"127.0.0.1:2424\"\nmail.password = \"p\"\nmail.oauth2.token_url = \"http://login.example.org/token\""
            ),
            &[
                "`mail.oauth2.client_id` (line 4): is required with `mail.oauth2.token_url`",
                "`mail.oauth2.token_url` (line 4): wants `https`; plain `http` to other machines needs `server.allow_http = true`",
                "`mail.password` (line 3): is set beside `[mail.oauth2]`: keep one of the two",
                "`mail.username` (line 2): is required with `[mail.oauth2]`: the mailbox that letters are sent from",
                "`mail.return_path` (line 2): is required with `[mail.lmtp]`, for example \"bounces@mail.example.org\"",
            ],
        ),
        (
            &format!("{SMALLEST}mail.oauth2.scope = \"x\""),
            &["`mail.oauth2.token_url` (line 2): is required: the token endpoint of your identity provider"],
        ),
        (&format!("{SMALLEST}mail = 3"), &["`mail` (line 2): wants a table, `[mail]`, not `3`"]),
        (
            &format!("{SMALLEST}identity.issuer = [3]\nidentity.tenant = {{}}"),
            &[
                "`identity.issuer[0]` (line 2): wants a table, not `3`",
                "`identity.tenant` (line 3): wants tables, each headed `[[identity.tenant]]`, not a table",
            ],
        ),
        (
            "public_url = \"https://usher.example.org\"",
            &[
                "`server.public_url`: is required, for example \"https://usher.example.org\"; or set `USHER_SERVER__PUBLIC_URL`",
                "`public_url` (line 1): is not a known key; did you mean `server.public_url`?",
            ],
        ),
        (
            "[server]\npublic_url = \"https://a.example\"\n[server]\nlisten = 3 3\n",
            &[
                "line 3: not valid TOML: duplicate key",
                "line 4: not valid TOML: string values must be quoted, expected literal string",
            ],
        ),
    ];
    for (text, expected) in rows {
        refused(text, &[], expected);
    }
}

#[test]
fn variables_that_cannot_be_placed_are_told() {
    refused(
        SMALLEST,
        &[
            ("USHER_IDENTITY__ISSUER__1__URL", "https://id.example.org"),
            ("USHER_LOG__LEVEL", "info"),
            ("USHER_LOG__LEVEL__0", "warn"),
            ("USHER_SERVER__LISTN", "127.0.0.1:1"),
        ],
        &[
            "`identity.issuer[1].url` (USHER_IDENTITY__ISSUER__1__URL): leaves a gap: there is no item 0 before it",
            "`log.level[0]` (USHER_LOG__LEVEL__0): cannot be set below `USHER_LOG__LEVEL`, which sets the whole: remove one of the two",
            "`server.listn` (USHER_SERVER__LISTN): is not a known key; did you mean `server.listen`?",
        ],
    );
}

#[test]
fn plain_http_is_for_this_machine_unless_allowed() {
    for url in [
        "http://localhost:8080",
        "http://usher.localhost",
        "http://127.0.0.2",
        "http://[::1]:1",
        "https://a.example",
    ] {
        assert!(load("", &[("USHER_SERVER__PUBLIC_URL", url)]).is_ok(), "{url}");
    }
    let allowed =
        [("USHER_SERVER__PUBLIC_URL", "http://usher.internal"), ("USHER_SERVER__ALLOW_HTTP", "true")];

    assert!(load("", &allowed).is_ok());
}

#[test]
fn an_issuer_keeps_its_spelling() {
    let config = load(&issuer(""), &[]).unwrap();

    assert_eq!(config.identity.issuers[0].url.as_str(), "https://id.example.org");
    assert_eq!(
        config.identity.issuers[0].url.discovery(),
        "https://id.example.org/.well-known/openid-configuration"
    );
}

#[test]
fn a_secret_comes_from_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let full = folder.path().join("full");
    let empty = folder.path().join("empty");
    let absent = folder.path().join("absent");
    fs::write(&full, "from the file\n").unwrap();
    fs::write(&empty, "\n").unwrap();
    let text = |file: &Path| {
        format!("{SMALLEST}mail.username = \"u\"\nmail.password_file = \"{}\"\n", file.display())
    };
    let password = |variables: &[(&str, &str)]| {
        load(&text(&full), variables).unwrap().mail.password.map(|secret| secret.reveal().to_owned())
    };

    assert_eq!(password(&[]), Some("from the file".into()));
    assert_eq!(password(&[("USHER_MAIL__PASSWORD", "from the variable")]), Some("from the variable".into()));
    refused(
        &(text(&full) + "mail.password = \"p\"\n"),
        &[],
        &["`mail.password_file` (line 3): is set beside `password`: keep one of the two"],
    );
    let name = empty.display().to_string();
    refused(&text(&empty), &[], &[&format!("`mail.password_file` (line 3): `{name}` is empty")]);
    let name = absent.display().to_string();
    refused(
        &text(&absent),
        &[],
        &[&format!(
            "`mail.password_file` (line 3): cannot read `{name}`: No such file or directory (os error 2)"
        )],
    );
}

#[test]
fn a_secret_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    fs::write(&file, "canary\n").unwrap();
    let in_text = format!("{SMALLEST}mail.username = \"u\"\nmail.password = \"canary\"\n");
    let in_file = format!("{SMALLEST}mail.username = \"u\"\nmail.password_file = \"{}\"\n", file.display());
    let in_variable = [("USHER_MAIL__PASSWORD", "canary")];

    let mut shown = String::new();
    for config in [load(&in_text, &[]), load(&in_file, &[]), load(&in_file, &in_variable)] {
        let config = config.unwrap();
        let password = config.mail.password.clone().unwrap();
        assert_eq!(password.reveal(), "canary");
        shown += &format!("{config:?} {config:#?} {password} {}", config.effective());
    }
    for (text, variables) in [
        (in_text.replace("password =", "passwort ="), &[][..]),
        (in_text.replace("= \"canary\"", "= [\"canary\"]"), &[]),
        (in_text.replace("\"canary\"", "\"canary"), &[]),
        (in_text.replace("\"canary\"", "canary"), &[]),
        (in_text.clone() + "mail.password = \"canary\"", &[]),
        (in_text.clone() + "mail.port = 0", &in_variable),
        (format!("{SMALLEST}database.url = \"postgres://u:canary@db\""), &[]),
        ("server.public_url = \"https://u:canary@usher.example.org\"".into(), &[]),
    ] {
        let problems = load(&text, variables).unwrap_err();
        shown += &format!("{problems} {problems:?}");
    }

    assert!(shown.contains("********"));
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_missing_file_is_a_problem_of_its_own() {
    let problems = Config::load(Some(Path::new("/nowhere/usher.toml")), std::iter::empty()).unwrap_err();

    assert_eq!(
        problems.to_string(),
        "cannot read the configuration file `/nowhere/usher.toml`: No such file or directory (os error 2)"
    );
}

#[test]
fn a_problem_in_a_file_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.toml");
    fs::write(&file, "[server]\npublic_url = \"https://a.example\"\nqueue = 0\n").unwrap();

    let problems = Config::load(Some(&file), std::iter::empty()).unwrap_err();

    assert_eq!(problems.0.len(), 1);
    assert_eq!(problems.0[0].key, "server.queue");
    assert_eq!(problems.0[0].origin, Some(Origin::Line(Some(file.display().to_string().into()), 3)));
}
