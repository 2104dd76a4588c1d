//! How a section is read: the file and the environment become one tree, and each field of a section takes
//! its value from it. Every fault is noted and reading goes on, so that an operator sees all of them at once.

mod address;
mod kind;
mod look;
mod part;
mod problem;
mod reference;
mod scope;
mod secret;
mod section;
mod tree;

pub(super) use address::{IpNetwork, Listener, Machine, Person, Web};
pub(super) use kind::{
    AnyOf, Choice, Flag, Folder, Kind, Language, ListOf, Minutes, Named, Password, Seconds, Text, UuidText,
    Whole, from_text, quoted, wrong,
};
pub(super) use look::{HexColour, Secure, ZoneName};
pub(super) use part::{Part, default, derived, list, of, optional, required, table};
pub use problem::{Origin, Problem, Problems};
pub(super) use reference::{Effective, Reference, Unset};
pub(super) use scope::{Found, Scope, Sources};
pub use secret::Secret;
pub(super) use section::{Section, key_of, section};
pub(super) use tree::{Node, Raw, Tree, from_toml, lay_over, near_misses};
