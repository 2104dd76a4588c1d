//! What operators and their machines ask: health, metrics, the reference, and the demo's mailbox.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::Operation;
use domain::permission::permission;
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use pages::{
    ApiOperation, ApiView, HomeLabel, HomeLink, HomeSample, HomeView, Language, MailboxLetterView,
    MailboxRow, MailboxView, SampleState,
};
use uuid::Uuid;

use crate::app::App;
use crate::attend::{Reader, html, not_found};
use crate::mailroom::MailboxLetter;
use crate::turnstile::Blocked;

/// How long the mailroom may be silent before the service counts as not ready.
const SILENCE: SignedDuration = SignedDuration::from_secs(60);

/// Where the meeting of the demo takes place.
pub const ROOM_PATH: &str = "/room";

/// A meeting that the demo's first page leads to.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What there is to see.
    pub state: SampleState<'static>,
    /// What it is called, in the words of its organizer.
    pub subject: &'static str,
    /// The language of these words.
    pub language: Language,
    /// Its sign-up page.
    pub url: String,
}

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/docs", get(reference))
        .route("/openapi.json", get(openapi))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .route(ROOM_PATH, get(room))
        .route("/mailbox", get(mailbox))
        .route("/mailbox/{id}", get(letter))
}

/// The recorder of the whole process; the first call installs it.
fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Another recorder can only have been installed by a test beside us, and then its figures stand.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Starts counting; figures of before are lost.
pub fn install_metrics() {
    recorder();
}

async fn live() -> &'static str {
    "live\n"
}

/// Ready when the database answers, whoever asks it, and the mailroom is at work.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.store.ping().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
    }
    // It has a connection of its own, which may fail where others do not.
    if let Err(blocked) = app.turnstile.probe().await {
        let why = match blocked {
            Blocked::Gone => "nobody can enrol: restart the service\n",
            Blocked::Silent => "nobody can enrol: the last enrolments take too long\n",
            Blocked::NoDatabase => "nobody can enrol: the database does not answer\n",
        };
        return (StatusCode::SERVICE_UNAVAILABLE, why);
    }
    let now = app.clock.now();
    match app.mailroom.last_round_at() {
        Some(at) if now.duration_since(at) > SILENCE => {
            (StatusCode::SERVICE_UNAVAILABLE, "the mailroom is not at work\n")
        }
        _ => (StatusCode::OK, "ready\n"),
    }
}

async fn metrics() -> Response {
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, recorder().render()).into_response()
}

async fn openapi(State(app): State<App>) -> Response {
    let write =
        || wire::openapi::document(&app.settings.public_url, app.settings.permissions).to_string().into();
    let text = app.memory.description.get_or_init(write).clone();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

async fn reference(State(app): State<App>) -> Response {
    let paths: Vec<String> = Operation::ALL.into_iter().map(wire::openapi::path_for_people).collect();
    let rows = Operation::ALL.into_iter().zip(&paths).map(|(operation, path)| {
        let row = permission(operation, app.settings.permissions);
        ApiOperation {
            id: operation.name(),
            method: operation.method().name(),
            path,
            summary: operation.summary(),
            description: "",
            delegated: row.delegated.iter().map(|scope| scope.name()).collect(),
            application: row.application.iter().map(|role| role.name()).collect(),
            anonymous: false,
            success: operation.success(),
        }
    });
    let view = ApiView { operations: rows.collect() };
    html(StatusCode::OK, Language::English, pages::api_page(&view))
}

async fn home(State(app): State<App>) -> Response {
    let is_demo = app.mailroom.mailbox().is_some();
    let mut links = vec![
        HomeLink { label: HomeLabel::Api, url: "/docs" },
        HomeLink { label: HomeLabel::OpenApi, url: "/openapi.json" },
        HomeLink { label: HomeLabel::Health, url: "/health/ready" },
    ];
    if is_demo {
        links.insert(0, HomeLink { label: HomeLabel::Mailbox, url: "/mailbox" });
    }
    let samples = app.samples.get().into_iter().flatten().map(|sample| HomeSample {
        state: sample.state,
        subject: sample.subject,
        language: sample.language,
        url: &sample.url,
    });
    let view = HomeView { is_demo, links, samples: samples.collect() };
    html(StatusCode::OK, Language::English, pages::home_page(&view))
}

async fn room(State(app): State<App>, reader: Reader) -> Response {
    if app.mailroom.mailbox().is_none() {
        return not_found(&reader);
    }
    html(StatusCode::OK, Language::English, pages::room_page())
}

async fn mailbox(State(app): State<App>, reader: Reader) -> Response {
    let Some(mailbox) = app.mailroom.mailbox() else { return not_found(&reader) };
    let letters: Vec<(String, Arc<MailboxLetter>)> =
        mailbox.list().into_iter().map(|letter| (format!("/mailbox/{}", letter.id), letter)).collect();
    let rows = letters.iter().map(|(url, letter)| MailboxRow {
        url,
        to: &letter.to,
        subject: &letter.subject,
        sent_at: letter.sent_at,
        kind: letter.kind,
    });
    let view = MailboxView { zone: None, rows: rows.collect() };
    html(StatusCode::OK, Language::English, pages::mailbox_page(&view))
}

async fn letter(State(app): State<App>, Path(id): Path<Uuid>, reader: Reader) -> Response {
    let found = app.mailroom.mailbox().and_then(|mailbox| mailbox.find(id));
    let Some(letter) = found else { return not_found(&reader) };
    let page = pages::mailbox_letter_page(&MailboxLetterView {
        zone: None,
        to: &letter.to,
        subject: &letter.subject,
        sent_at: letter.sent_at,
        text: &letter.text,
        html: &letter.html,
        calendar: letter.calendar.as_deref(),
        join_url: Some(&letter.join_url),
        manage_url: Some(&letter.manage_url),
        mailbox_url: "/mailbox",
    });
    let mut response = html(StatusCode::OK, Language::English, page);
    // The letter's own styles are inline, as mail programs want them; its frame may run nothing.
    let policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; \
        frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// What a request gets whose handler panicked: nothing of the cause.
pub fn after_panic(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    metrics::counter!("usher_panics_total").increment(1);
    tracing::error!("a request panicked");
    let body = r#"{"error":{"code":"InternalServerError","message":"Internal Server Error"}}"#;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
