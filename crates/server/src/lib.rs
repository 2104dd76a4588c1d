//! The edges: HTTP, tokens, configuration, the turnstile, mail and the command line.

pub mod clock;
pub mod config;
