//! An issuer on a socket, its accounts and applications, and someone to talk to it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::caller::{Caller, Profile, Role, Scope};
use domain::ids::{AppId, PersonId, TenantId};
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde_json::Value;
use uuid::Uuid;

use crate::auth::{ClaimNames, IssuerSettings, KeySource, TenantRule, TokenRefusal, Verifier};
use crate::client_address::TrustedProxies;
use crate::issuer::{Account, App, Directory, Issuer, IssuerService, ServiceParts, hash_password, routes};

pub(super) const AUDIENCE: &str = "api://usher";
pub(super) const TENANT: TenantId = TenantId(Uuid::from_u128(0x7a));
pub(super) const ADA: PersonId = PersonId(Uuid::from_u128(0xada));
pub(super) const PASSWORD: &str = "correct horse";
pub(super) const SECRET: &str = "a+secret:with/odd&letters";
pub(super) const RETURN: &str = "https://app.example/back?from=usher";
pub(super) const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636_";

static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD, [1; 16]).unwrap());
static SECRET_HASH: LazyLock<String> = LazyLock::new(|| hash_password(SECRET, [2; 16]).unwrap());

pub(super) struct World {
    pub(super) url: String,
    seconds: Arc<AtomicI64>,
    client: reqwest::Client,
    verifier: Verifier,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

impl World {
    pub(super) async fn start() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Issuer::generate(&url, AUDIENCE).unwrap();
        let verifier = verifier_of(&issuer);
        let seconds = Arc::new(AtomicI64::new(1_790_000_000));
        let service = Arc::new(IssuerService::new(parts(issuer, seconds.clone())).unwrap());
        let router = routes(service).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { url, seconds, client, verifier }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::SeqCst)).unwrap()
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.get_with(path, &[], query).await
    }

    pub(super) async fn get_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Reply {
        let mut request = self.client.get(format!("{}{path}?{}", self.url, encode(query)));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    pub(super) async fn post(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        let mut request = self.client.post(format!("{}{path}", self.url)).body(encode(form));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    pub(super) async fn token(&self, form: &[(&str, &str)]) -> Reply {
        self.post("/oauth2/v2.0/token", &[], form).await
    }

    /// What the service behind the issuer makes of a token.
    pub(super) async fn caller(&self, token: &str) -> Result<Arc<Caller>, TokenRefusal> {
        let header = axum::http::HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        self.verifier.verify(Some(&header), self.now()).await
    }

    /// Opens the sign-in page and gives its sealed request.
    pub(super) async fn open_form(&self, changes: &[(&str, &str)]) -> String {
        let page = self.get("/oauth2/v2.0/authorize", &ask_with(changes)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.hidden_request()
    }

    pub(super) async fn sign_in(&self, request: &str, user_name: &str, password: &str) -> Reply {
        let form = [("request", request), ("user_name", user_name), ("password", password)];
        self.post("/oauth2/v2.0/authorize", &[], &form).await
    }

    /// A fresh code for Ada.
    pub(super) async fn code(&self, changes: &[(&str, &str)]) -> String {
        let request = self.open_form(changes).await;
        let reply = self.sign_in(&request, "Ada", PASSWORD).await;
        reply.parameters().remove("code").unwrap_or_else(|| panic!("{} {}", reply.status, reply.body))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Reply { status, headers, body: answer.text().await.unwrap() }
    }
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The OAuth error of a JSON answer.
    pub(super) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or("none").to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a redirect carries, in its query or its fragment.
    pub(super) fn parameters(&self) -> HashMap<String, String> {
        let Ok(target) = url::Url::parse(self.header("location")) else { return HashMap::new() };
        let text = target.fragment().or(target.query()).unwrap_or_default().to_owned();
        url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    fn hidden_request(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"request\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }
}

/// A sign-in request in order, with some parameters changed; an empty one is left out.
pub(super) fn ask_with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    static CHALLENGE: LazyLock<String> =
        LazyLock::new(|| URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes())));
    let mut query: Vec<(&str, &str)> = vec![
        ("client_id", "page"),
        ("redirect_uri", RETURN),
        ("response_type", "code"),
        ("scope", "OnlineMeetings.ReadWrite"),
        ("state", "a state & more"),
        ("code_challenge", &CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        query.retain(|(known, _)| known != name);
        if !value.is_empty() {
            query.push((name, value));
        }
    }
    query
}

/// The exchange of a code in order, with some parameters changed.
pub(super) fn exchange_with<'a>(code: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "page"),
        ("code", code),
        ("redirect_uri", RETURN),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    form
}

pub(super) fn verifier_of(issuer: &Issuer) -> Verifier {
    let settings = IssuerSettings {
        url: issuer.url().to_owned(),
        audiences: vec![AUDIENCE.to_owned()],
        tenant: TenantRule::Claim { name: "tid".to_owned(), allowed: vec![TENANT] },
        algorithms: vec![Algorithm::ES256],
        claims: ClaimNames::default(),
        keys_refresh: Duration::from_secs(3600),
        keys_min_interval: Duration::from_secs(60),
        max_lifetime: Duration::from_secs(86_400),
    };
    Verifier::new(vec![(settings, KeySource::Static(issuer.jwks()))], true).unwrap()
}

fn parts(issuer: Issuer, seconds: Arc<AtomicI64>) -> ServiceParts {
    let count = AtomicU64::new(0);
    ServiceParts {
        issuer,
        directory: Directory::new(
            async |tenant, user_name| Ok(find_account(tenant, &user_name)),
            async |client_id| Ok(find_app(&client_id)),
        ),
        token_lifetime: Duration::from_secs(3600),
        trusted_proxies: TrustedProxies::default(),
        clock: Arc::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap()),
        random: Arc::new(move || {
            let drawn = digest(&SHA256, &count.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            drawn.as_ref().try_into().unwrap()
        }),
    }
}

fn find_account(tenant: TenantId, user_name: &str) -> Option<Account> {
    let (person, password_hash) = match user_name.to_lowercase().as_str() {
        "ada" => (ADA, Some(PASSWORD_HASH.clone())),
        "without-password" => (PersonId(Uuid::from_u128(0xb0b)), None),
        _ => return None,
    };
    let profile = Profile { display_name: Some("Ada <L>".to_owned()), ..Profile::default() };
    (tenant == TENANT).then_some(Account { person, profile, password_hash })
}

fn find_app(client_id: &str) -> Option<App> {
    let app = App {
        id: AppId(client_id.to_owned()),
        tenant: TENANT,
        name: "The <Page> & more".to_owned(),
        secret_hash: None,
        redirect_uris: vec![RETURN.to_owned()],
        scopes: vec![Scope::MeetingsRead, Scope::MeetingsReadWrite],
        roles: vec![Role::MeetingsReadAll],
    };
    match client_id {
        "page" | "other" => Some(app),
        "site" => Some(App { secret_hash: Some(SECRET_HASH.clone()), ..app }),
        "phone" => Some(App { redirect_uris: vec!["com.example.app:/back".to_owned()], ..app }),
        "foreign" => Some(App { tenant: TenantId(Uuid::from_u128(0xf0)), ..app }),
        "daemon" => Some(App {
            secret_hash: Some(SECRET_HASH.clone()),
            redirect_uris: Vec::new(),
            roles: vec![Role::MeetingsReadAll, Role::UserReadAll],
            ..app
        }),
        _ => None,
    }
}

pub(super) fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
