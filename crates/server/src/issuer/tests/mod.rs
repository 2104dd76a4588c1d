//! The issuer over a real socket, as a browser and an application see it.

mod applications;
mod people;
mod support;
mod tokens;
