//! What people without a token meet: the sign-up page, the manage page and the join gate. DESIGN section 6.
//!
//! GET shows, POST acts. Every answer forbids referrers, frames and foreign content.

mod form;
mod gate;
mod let_in;
mod manage;
mod page;
mod reader;
pub mod room;
mod signup;

use axum::Router;
use axum::routing::get;

pub use page::{html, not_found, stylesheet};
pub use reader::Reader;

use crate::app::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/registration/{id}", get(signup::show).post(signup::enroll))
        .route("/m/{token}", get(manage::show).post(manage::act))
        .route("/j/{token}", get(gate::short).post(gate::join_by_short))
        .route("/l/meetup-join/{thread}/{message}", get(gate::graph).post(gate::join_by_graph))
        .route(pages::STYLESHEET_PATH, get(stylesheet))
}
