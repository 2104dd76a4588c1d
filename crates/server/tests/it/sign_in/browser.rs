//! A browser: it keeps cookies, longer than it is told to, and sends them.

use std::collections::BTreeMap;

use testkit::{PUBLIC_URL, TestApp, TestPerson, TestResponse};

use super::PASSWORD;

/// A browser on the pages of one application.
pub struct Browser<'a> {
    app: &'a TestApp,
    /// What it keeps, by name.
    pub cookies: BTreeMap<String, String>,
    /// Every `Set-Cookie` it ever got.
    pub lines: Vec<String>,
}

/// The value of a hidden field.
#[track_caller]
pub fn field(page: &str, name: &str) -> String {
    let mark = format!(r#"name="{name}" value=""#);
    let (_, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("there is no field `{name}` in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// An address of this application without its host.
#[track_caller]
pub fn path(address: &str) -> String {
    address.strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("`{address}` is elsewhere")).to_owned()
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self { app, cookies: BTreeMap::new(), lines: Vec::new() }
    }

    /// The same browser on the pages of another application.
    pub fn moved<'b>(&self, app: &'b TestApp) -> Browser<'b> {
        Browser { app, cookies: self.cookies.clone(), lines: Vec::new() }
    }

    pub async fn get(&mut self, path: &str) -> TestResponse {
        let response = self.app.get(path).header("cookie", &self.header()).await;
        self.keep(response)
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        // As browsers do on pages without referrers.
        let call = self.app.post(path).header("origin", "null").header("sec-fetch-site", "same-origin");
        let response = call.header("cookie", &self.header()).form(fields).await;
        self.keep(response)
    }

    fn header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, response: TestResponse) -> TestResponse {
        for line in response.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap().to_owned();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
            self.lines.push(line);
        }
        response
    }

    /// Presses the page's button; gives where the issuer is asked.
    pub async fn begin(&mut self, page: &str) -> String {
        let page = self.get(page).await.text();
        let (_, rest) = page.split_once(r#"href="/sign-in?"#).unwrap_or_else(|| panic!("no way in: {page}"));
        let link = format!("/sign-in?{}", rest.split('"').next().unwrap());
        let link = link.replace("&#38;", "&").replace("&#61;", "=").replace("&#x3d;", "=");
        self.get(&link).await.expect(303).header("location").unwrap().to_owned()
    }

    /// Signs in at the built-in issuer; gives where it sends the browser, without the host.
    pub async fn password(&mut self, begun: &str, person: &TestPerson) -> String {
        let answer = self.fill_in(begun, person).await.expect(303);
        path(answer.header("location").unwrap())
    }

    async fn fill_in(&mut self, begun: &str, person: &TestPerson) -> TestResponse {
        let form = self.get(&path(begun)).await.expect(200).text();
        let request = field(&form, "request");
        let fields = [("request", &*request), ("user_name", &person.mail), ("password", PASSWORD)];
        self.post("/identity/oauth2/v2.0/authorize", &fields).await
    }

    /// What the issuer of this page says to that person's password.
    pub async fn try_password(&mut self, page: &str, person: &TestPerson) -> u16 {
        let mut stranger = Browser::new(self.app);
        let begun = stranger.begin(page).await;
        stranger.fill_in(&begun, person).await.status.as_u16()
    }

    /// Signs in on a page, all the way; gives the last answer.
    pub async fn sign_in(&mut self, page: &str, person: &TestPerson) -> TestResponse {
        let begun = self.begin(page).await;
        let answer = self.password(&begun, person).await;
        self.get(&answer).await
    }
}
