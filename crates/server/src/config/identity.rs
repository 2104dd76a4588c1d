//! Whom Usher believes: issuers, organisations and the built-in issuer.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use pages::Colour;
use url::Url;
use uuid::Uuid;

use super::reading::{
    Choice, Flag, Folder, HexColour, Kind, Language, ListOf, Named, Password, Raw, Scope, Seconds, Secret,
    Secure, Text, UuidText, Web, Whole, ZoneName, default, list, optional, quoted, required, section, table,
    wrong,
};
use super::server::{allows_http, is_readable_on_the_way};
use crate::picture::Picture;

/// How far the clock of an issuer may be from ours. Not a key: a longer one only makes stolen tokens live longer.
pub const LEEWAY: Duration = Duration::from_secs(60);

const MOST_LETTERS: u32 = 10_000_000;

section! {
    /// Whose tokens are believed and which organisations they speak for.
    Identity, check no_repeats {
        /// Take a person who is not in the directory from the claims of their own verified token. An `email` counts
        /// unless `email_verified` is there and not `true`; where there is none, as with Entra ID, it counts.
        people_from_claims: bool = default(Flag, "false");
        /// The section `[identity.builtin]`.
        builtin: Builtin = table();
        /// The sections `[[identity.issuer]]`.
        issuers as "issuer": Vec<Issuer> = list();
        /// The sections `[[identity.tenant]]`.
        tenants as "tenant": Vec<Tenant> = list();
    }
}

section! {
    /// An issuer inside Usher: for demonstrations, tests and small sites without an identity provider.
    Builtin {
        /// Whether it signs tokens and shows a sign-in page. There is no default account.
        enabled: bool = default(Flag, "false");
        /// How long its tokens live.
        token_lifetime as "token_seconds": Duration = default(Seconds(60..=604_800), "28800");
    }
}

section! {
    /// A provider whose tokens are accepted: Entra ID, Keycloak, Auth0, Zitadel or any other with OpenID
    /// discovery. Keys come from its discovery document and are kept while it is down. Its clock may be off by
    /// 60 seconds.
    Issuer, check check_issuer {
        /// The issuer as its tokens spell it in `iss`, to the letter.
        url: IssuerUrl = required(IssuerAddress,
            "https://login.microsoftonline.com/2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11/v2.0");
        /// Accepted values of `aud`.
        audience: Vec<String> = required(ListOf(Text("an audience")), "api://usher");
        /// The organisation that all of its tokens speak for. Either this or `tenants`.
        tenant: Option<Uuid> = optional(UuidText, "`tenants` counts", "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        /// The organisations that its tokens may name in `tenant_claim`. Either this or `tenant`.
        tenants: Option<Vec<Uuid>> = optional(ListOf(UuidText), "`tenant` counts",
            "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        /// Claim with the organisation; only read with `tenants`.
        tenant_claim: String = default(Text("the name of a claim"), "tid");
        /// Signature algorithms it may use.
        algorithms: Vec<Algorithm> = default(ListOf(AlgorithmName), "RS256");
        /// Claim with the person's object id.
        person_claim: String = default(Text("the name of a claim"), "oid");
        /// Claims with the application's id; the first one present counts.
        app_claims: Vec<String> = default(ListOf(Text("the name of a claim")), "azp,appid");
        /// Claim with delegated permissions, separated by spaces.
        scope_claim: String = default(Text("the name of a claim"), "scp");
        /// Claim with application permissions, a list.
        roles_claim: String = default(Text("the name of a claim"), "roles");
        /// Id of the client by which people sign in on sign-up pages, for registrations of their organisation. Its
        /// redirect URI is `/sign-in/callback` below `server.public_url`.
        sign_in_client_id: Option<String> = optional(Text("the id of a client"), "nobody signs in by it", "usher-pages");
        /// Secret of that client.
        sign_in_secret: Option<Secret> = optional(Password, "a client without a secret", "a secret");
        /// How old its keys may get before they are fetched again.
        keys_refresh as "keys_refresh_seconds": Duration = default(Seconds(30..=86_400), "300");
        /// A token with an unknown key makes Usher fetch the keys at once, but at most this often.
        keys_min_interval as "keys_min_interval_seconds": Duration = default(Seconds(1..=3600), "10");
        /// A token that was issued for longer is refused.
        max_token_lifetime as "max_token_lifetime_seconds": Duration = default(Seconds(60..=604_800), "86400");
    }
}

section! {
    /// An organisation. Everything belongs to one, nothing crosses.
    Tenant, check check_tenant {
        /// Its id; with Entra ID the directory (tenant) id.
        id: Uuid = required(UuidText, "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        /// Its name, as people read it.
        name: String = required(Text("a name"), "Contoso");
        /// Language of its pages and letters when a reader prefers none that there is.
        language: String = default(Language, "en");
        /// The IANA zone of its meetings. Times on pages and in letters are written in it, beside the reader's own.
        zone: Option<String> = optional(ZoneName, "times are in UTC", "Europe/Berlin");
        /// File with its logo for the head of its pages, relative to the working directory: PNG, JPEG or WebP of at most
        /// 24 KiB and 1024 pixels a side.
        logo: Option<PathBuf> = optional(Folder, "the pages say `Usher`", "/etc/usher/logo.png");
        /// Its colour, for links and buttons on its pages and the button in letters. Where words could not be read in it,
        /// or on it, the nearest shade is taken in which they can.
        accent: Option<Colour> = optional(HexColour, "Usher's own", "#1f5f5b");
        /// How many letters it may have sent in a day of UTC, over all its meetings and nodes; what is beyond waits for the
        /// next. For an organisation that nobody knows yet.
        letters_per_day: Option<u32> = optional(Whole::new(1..=MOST_LETTERS, "letters"), "no limit", "2000");
        /// Address of its privacy notice, linked beside the consent; only read with one.
        privacy_notice: Option<Url> = optional(Secure, "no link", "https://www.example.org/privacy");
        /// The sections `[[identity.tenant.consent]]`.
        consents as "consent": Vec<ConsentText> = list();
    }
}

section! {
    /// What people agree to when they register on a sign-up page of the organisation: shown beside a box that they have to
    /// tick. Which wording somebody agreed to is kept with them; see [serve.md](serve.md#consent). Whoever registers
    /// people over the API asks them there.
    ConsentText {
        /// The language of the text.
        language: Option<String> = optional(Language, "for every language without a text of its own", "en");
        /// The text.
        text: String = required(Text("a text"), "I agree that my answers are kept until the meeting is over.");
    }
}

impl Issuer {
    /// Which organisation a token of this issuer speaks for.
    pub fn tenancy(&self) -> Tenancy<'_> {
        match (self.tenant, &self.tenants) {
            (Some(tenant), _) => Tenancy::Fixed(tenant),
            (None, allowed) => Tenancy::Claimed {
                claim: &self.tenant_claim,
                allowed: allowed.as_deref().unwrap_or_default(),
            },
        }
    }
}

/// How the organisation of a token is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenancy<'a> {
    /// All tokens of the issuer speak for this one.
    Fixed(Uuid),
    /// The token names it.
    Claimed {
        /// The claim that holds the id.
        claim: &'a str,
        /// The ids that are believed; any other is refused.
        allowed: &'a [Uuid],
    },
}

/// An issuer in its exact spelling, because `iss` is compared to the letter: a `Url` would add a slash to
/// `https://accounts.example.com`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// As written, for comparing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the discovery document is.
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A signature algorithm with a public key. There is no value for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// As in the `alg` of a token's header.
    pub fn name(self) -> &'static str {
        Named::name(self)
    }
}

impl Named for Algorithm {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Rs256, "RS256"),
        (Self::Rs384, "RS384"),
        (Self::Rs512, "RS512"),
        (Self::Ps256, "PS256"),
        (Self::Ps384, "PS384"),
        (Self::Ps512, "PS512"),
        (Self::Es256, "ES256"),
        (Self::Es384, "ES384"),
        (Self::EdDsa, "EdDSA"),
    ];
}

struct AlgorithmName;

const ALGORITHM: Choice<Algorithm> = Choice(std::marker::PhantomData);

impl Kind for AlgorithmName {
    type Value = Algorithm;

    fn expects(&self) -> String {
        ALGORITHM.expects()
    }

    fn parse(&self, raw: &Raw) -> Result<Algorithm, String> {
        ALGORITHM.parse(raw).map_err(|fault| match raw {
            Raw::Text(name) | Raw::Words(name) if name.to_ascii_uppercase().starts_with("HS") => format!(
                "refuses `{}`: its key is a shared secret, so whoever can check a token can also forge one",
                name.chars().take(8).collect::<String>()
            ),
            Raw::Text(name) | Raw::Words(name) if name.eq_ignore_ascii_case("none") => {
                format!("refuses `{name}`: such tokens are not signed, so anybody can write one")
            }
            _ => fault,
        })
    }

    fn show(&self, value: &Algorithm) -> String {
        ALGORITHM.show(value)
    }
}

struct IssuerAddress;

impl Kind for IssuerAddress {
    type Value = IssuerUrl;

    fn expects(&self) -> String {
        Web::Base.expects()
    }

    fn parse(&self, raw: &Raw) -> Result<IssuerUrl, String> {
        Web::Base.parse(raw)?;
        match raw {
            Raw::Text(text) | Raw::Words(text) if text.contains(['{', '}']) => {
                Err("holds a placeholder, which is not filled in; list one issuer for each organisation"
                    .into())
            }
            Raw::Text(text) | Raw::Words(text) => Ok(IssuerUrl(text.clone())),
            _ => Err(wrong(self, raw)),
        }
    }

    fn show(&self, value: &IssuerUrl) -> String {
        quoted(value.as_str())
    }
}

fn no_repeats(scope: &mut Scope<'_, '_>) {
    scope.refuse_repeats("issuer", "url", &IssuerAddress);
    scope.refuse_repeats("tenant", "id", &UuidText);
}

fn check_tenant(scope: &mut Scope<'_, '_>) {
    scope.refuse_repeats("consent", "language", &Language);
    if let Some(file) = scope.here(&Folder, "logo")
        && let Err(fault) = Picture::read(&file)
    {
        scope.complain("logo", fault);
    }
    if scope.has("privacy_notice") && !scope.has("consent") {
        scope.complain(
            "privacy_notice",
            "stands beside a consent: add a section `[[identity.tenant.consent]]`",
        );
    }
}

fn check_issuer(scope: &mut Scope<'_, '_>) {
    match (scope.has("tenant"), scope.has("tenants")) {
        (true, true) => scope.complain("tenants", "is set beside `tenant`: keep one of the two"),
        (false, false) => {
            scope.complain("tenant", "is required, unless `tenants` lists the organisations it may name")
        }
        _ => {}
    }
    let has_secret = scope.has("sign_in_secret") || scope.has("sign_in_secret_file");
    if has_secret && !scope.has("sign_in_client_id") {
        scope.complain("sign_in_client_id", "is required with a secret");
    }
    // Whoever can change the answer on the way can hand us keys of their own and sign any token.
    if scope.here(&Web::Base, "url").is_some_and(|url| is_readable_on_the_way(&url)) && !allows_http(scope) {
        scope.complain(
            "url",
            "wants `https`; plain `http` to other machines needs `server.allow_http = true`",
        );
    }
}
