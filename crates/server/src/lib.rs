//! The edges: HTTP, tokens, configuration, the turnstile, mail and the command line.

pub mod app;
pub mod attend;
pub mod auth;
pub mod cli;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod connections;
pub mod error;
pub mod graph;
pub mod guard;
pub mod house;
pub mod http;
pub mod issuer;
pub mod load;
pub mod mailroom;
pub mod member;
pub mod ops;
mod picture;
pub mod returning;
mod sealed;
mod secret_file;
pub mod serve;
pub mod sign_in;
pub mod start;
pub mod turnstile;
mod visits;
