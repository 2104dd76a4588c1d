//! Logging in at a mail server by a token instead of a password.

use url::Url;

use crate::config::reading::{Password, Scope, Secret, Text, Web, optional, section};
use crate::config::server::{allows_http, is_readable_on_the_way};

section! {
    /// Log in at the mail server by OAuth 2 (`XOAUTH2`) instead of a password, as Microsoft 365 and Google want it.
    /// [letters.md](letters.md#logging-in-with-oauth-2) has the settings for both.
    OAuth2, check check_oauth2 {
        /// Where tokens are issued.
        token_url: Option<Url> = optional(Web::Base, "no log-in by token",
            "https://login.microsoftonline.com/2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11/oauth2/v2.0/token");
        /// Id of the client that Usher is there.
        client_id: Option<String> = optional(Text("the id of a client"), "no log-in by token",
            "8f1c9a52-6d0e-4b7a-9c3d-2e5f7a1b4c6d");
        /// Its secret.
        client_secret: Option<Secret> = optional(Password, "a client without a secret", "a secret");
        /// What the token is for.
        scope: Option<String> = optional(Text("a scope"), "what the issuer gives by itself",
            "https://outlook.office365.com/.default");
        /// A refresh token that somebody with the mailbox has consented to. Without it Usher asks in its own name (client
        /// credentials).
        refresh_token: Option<Secret> = optional(Password, "client credentials", "a refresh token");
    }
}

fn check_oauth2(scope: &mut Scope<'_, '_>) {
    let has_any =
        ["client_id", "client_secret", "client_secret_file", "scope", "refresh_token", "refresh_token_file"]
            .iter()
            .any(|key| scope.has(key));
    if has_any && !scope.has("token_url") {
        scope.complain("token_url", "is required: the token endpoint of your identity provider");
    }
    if scope.has("token_url") && !scope.has("client_id") {
        scope.complain("client_id", "is required with `mail.oauth2.token_url`");
    }
    let is_readable = scope.here(&Web::Base, "token_url").is_some_and(|url| is_readable_on_the_way(&url));
    if is_readable && !allows_http(scope) {
        scope.complain(
            "token_url",
            "wants `https`; plain `http` to other machines needs `server.allow_http = true`",
        );
    }
}
