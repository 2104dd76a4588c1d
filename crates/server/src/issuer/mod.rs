//! The built-in issuer: for the demo, the tests and small sites without an identity provider.
//!
//! It signs people in for registered applications (authorization code with PKCE) and gives applications tokens
//! of their own (client credentials). Its tokens look like Entra's and are proven like any other issuer's.
//! It has no account, no application and no password of its own: whoever runs it brings them all through
//! [`Directory`].
//!
//! Absent on purpose: the implicit and the password grant, PKCE's `plain`, refresh tokens, sessions and cookies.
//! Everyone signs in again when a token ends.
//!
//! Authorization codes and counters of failed sign-ins are kept in memory, so this serves from one process.

mod authorize;
mod client;
mod code;
mod directory;
mod grant;
mod key;
mod oauth_error;
mod page;
mod password;
mod routes;
mod scope;
mod service;
#[cfg(test)]
mod tests;
mod throttle;
mod token;

pub use directory::{Account, App, Directory, DirectoryFault};
pub use grant::Grant;
pub use key::{Issuer, KeyFault};
pub use password::{PasswordFault, hash_password};
pub use routes::routes;
pub use service::{Clock, IssuerService, Random, ServiceParts};
