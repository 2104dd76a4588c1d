//! What people without a token meet: the sign-up page, the manage page and the join gate. What their links
//! are: "Ids and links" in ARCHITECTURE.md.
//!
//! GET shows, POST acts. Every answer forbids referrers and foreign content, and frames but for a sign-up page on sites
//! that its organizer listed.

mod asset;
mod calendar;
mod cookie;
mod form;
mod gate;
mod let_in;
mod limits;
mod manage;
mod own_site;
mod page;
mod policy;
mod proof;
mod reader;
pub mod room;
mod sign_in;
mod signup;
mod unsubscribe;
mod visitor;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub use page::{html, not_found};
pub use policy::leading_on;
pub use reader::Reader;

use crate::app::App;
use crate::house::{COLOURS_ROUTE, LOGO_ROUTE};
use crate::sign_in::CALLBACK_PATH;

/// The routes.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/registration/{id}", get(signup::show).post(signup::enroll))
        .route("/sign-in", get(sign_in::begin))
        .route(CALLBACK_PATH, get(sign_in::callback))
        .route("/sign-out", post(sign_in::end))
        .route("/signed-out", get(sign_in::ended))
        .route("/m/{token}", get(manage::show).post(manage::act))
        .route("/m/{token}/{calendar}", get(calendar::show_way).post(calendar::lead_on))
        .route("/j/{token}", get(gate::short).post(gate::join_by_short))
        .route("/l/meetup-join/{thread}/{message}", get(gate::graph).post(gate::join_by_graph))
        .route(pages::STYLESHEET_PATH, get(asset::stylesheet))
        .route(pages::ICON_PATH, get(asset::icon))
        .route(pages::SCRIPT_PATH, get(asset::script))
        .route(LOGO_ROUTE, get(asset::logo))
        .route(COLOURS_ROUTE, get(asset::colours))
        .route(pages::PROOF_SCRIPT_PATH, get(asset::proof_script))
        .route_layer(from_fn_with_state(app.clone(), own_site::only))
        .route_layer(from_fn_with_state(app.clone(), limits::keep))
        // Behind the layers: mail providers post it for all their people, from a few addresses of their own.
        .route("/u/{token}", get(unsubscribe::show).post(unsubscribe::act))
}
