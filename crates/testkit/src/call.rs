//! One request, and what came back.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::Value;
use server::http::Surface;

/// A request in the making. Await it to send it.
#[must_use = "a request is sent when it is awaited"]
pub struct Call {
    surface: Surface,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
}

impl Call {
    pub(crate) fn new(surface: Surface, method: Method, path: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("usher.example"));
        Self { surface, method, path, headers, body: Body::empty() }
    }

    /// With a bearer token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a header, in place of any other of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    /// With a body of any type, which says how long it is.
    pub fn text(mut self, content_type: &str, body: &str) -> Self {
        self.body = Body::from(body.to_owned());
        self.header("content-type", content_type).header("content-length", &body.len().to_string())
    }

    /// With a JSON body that comes in pieces and does not say how long it is.
    pub fn chunked(mut self, pieces: impl Iterator<Item = Bytes> + Send + Unpin + 'static) -> Self {
        self.body = Body::new(Pieces(pieces));
        self.header("content-type", "application/json").header("transfer-encoding", "chunked")
    }

    /// With a form, as a browser sends it.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.text("application/x-www-form-urlencoded", &body)
    }

    /// Sends it and gives the answer with its body unread.
    pub async fn begin(self) -> Response<Body> {
        let mut request = Request::builder().method(self.method).uri(&self.path).body(self.body).unwrap();
        *request.headers_mut() = self.headers;
        self.surface.answer(request).await
    }

    /// Sends it.
    pub async fn send(self) -> TestResponse {
        let line = format!("{} {}", self.method, self.path);
        let response = self.begin().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        TestResponse { line, status: parts.status, headers: parts.headers, body }
    }
}

impl IntoFuture for Call {
    type Output = TestResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A body of which nobody knows the length, not even itself.
struct Pieces<I>(I);

impl<I: Iterator<Item = Bytes> + Unpin> HttpBody for Pieces<I> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// Method and path of the request, for messages.
    line: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl TestResponse {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} answered {}", self.line, self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} answered no JSON ({error}): {}", self.line, self.text()))
    }

    /// A header's text; `None` when it is not there. Fails on a header that is there twice.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{} answered `{name}` twice", self.line);
        first
    }

    /// `innerError.code` of an error, blank where there is none.
    #[track_caller]
    pub fn inner_code(&self) -> String {
        self.json()["error"]["innerError"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `target` of an error, blank where there is none.
    #[track_caller]
    pub fn target(&self) -> String {
        self.json()["error"]["target"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of an error without what differs from one request to the next.
    #[track_caller]
    pub fn timeless_error(&self) -> Value {
        let mut body = self.json();
        let inner = body["error"]["innerError"].as_object_mut().expect("an error has an inner error");
        for name in ["date", "request-id", "client-request-id"] {
            assert!(inner.remove(name).is_some(), "{} has no `{name}`", self.line);
        }
        body
    }
}
