//! `GET …/registration/exportRegistrants(format='csv')`: the list as a file, page by page. docs/bulk.md#export.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, io};

use axum::body::{Body, Bytes, HttpBody};
use domain::{Caller, FieldProblem, Meeting, PersonId, ProblemCode, Registration, RegistrationKind};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::ask::still_acts;
use super::reply::File;
use super::{Answer, Ask, Reply};
use crate::app::App;
use crate::error::ApiError;
use crate::sheet::{Columns, Format, Sheet};

/// Registrants of a page: as many are in memory for each export, and their file twice.
const PAGE: u32 = 500;

/// `GET …/registration/exportRegistrants(format='…')`
pub async fn export(ask: &Ask<'_>) -> Answer {
    let (meeting, registration) = ask.registration_as_organizer().await?;
    let name = ask.path.key.as_deref().unwrap_or_default();
    let format = Format::from_name(name).ok_or_else(|| {
        let message = "`format` is `csv`, `csvWithBom` or `xlsx`";
        ApiError::from(vec![FieldProblem::new("format", ProblemCode::UnknownEnumMember, message)])
    })?;
    let share = ask.app.memory.exports.take(meeting.tenant).ok_or(ApiError::Busy)?;
    let list = List {
        columns: Columns::of(&registration, ask.query.select.as_deref()),
        meeting,
        registration,
        format,
    };
    let (pages, body) = mpsc::channel(1);
    let (app, reader) = (ask.app.clone(), Reader::Caller(Arc::clone(&ask.caller)));
    tokio::spawn(async move {
        let _share = share;
        match write(&app, &list, &pages, &reader).await {
            // Whoever has gone reads no more: that is no fault.
            Ok(()) | Err(Broken::Unread) => return,
            Err(Broken::Off(error)) => {
                error.log_cause();
                tracing::warn!(reason = error.inner_code(), "an export broke off");
            }
            Err(Broken::Unwritten(error)) => tracing::error!(%error, "a table cannot be written"),
        }
        let _ = pages.send(Err(BrokenOff)).await;
    });
    let (media_type, name) = (format.media_type(), format.file_name());
    Ok(Reply::file(File { body: Body::new(Pages(body)), media_type, name }))
}

/// What is exported.
pub struct List {
    /// The meeting.
    pub meeting: Meeting,
    /// Its registration.
    pub registration: Registration,
    /// The columns.
    pub columns: Columns,
    /// The form.
    pub format: Format,
}

/// Why an export ended before its end.
pub enum Broken {
    /// Nobody reads it any more.
    Unread,
    /// It could not go on.
    Off(ApiError),
    /// The table could not be written.
    Unwritten(io::Error),
}

impl From<ApiError> for Broken {
    fn from(error: ApiError) -> Self {
        Self::Off(error)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Unwritten(error)
    }
}

/// Writes the list to whoever takes it, a page as soon as the one before is taken. Before each page it is asked again
/// whether whoever reads it may.
pub async fn write(
    app: &App,
    list: &List,
    pages: &mpsc::Sender<Result<Bytes, BrokenOff>>,
    reader: &Reader,
) -> Result<(), Broken> {
    let List { meeting, registration, columns, format } = list;
    let only_live = registration.kind == RegistrationKind::External;
    let mut sheet = Sheet::open(*format, &columns.headings())?;
    let mut after = None;
    loop {
        let page = app.store.list_registrants(meeting.id, registration.id, after, PAGE, only_live).await;
        let page = page.map_err(ApiError::from)?;
        for registrant in &page.registrants {
            sheet.row(&columns.row(meeting, registration, registrant))?;
        }
        let bytes = sheet.take()?;
        if !bytes.is_empty() {
            pages.send(Ok(bytes.into())).await.map_err(|_| Broken::Unread)?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
        reader.may_still(app, meeting.organizer).await?;
    }
    pages.send(Ok(sheet.close()?.into())).await.map_err(|_| Broken::Unread)
}

/// Whoever reads an export.
pub enum Reader {
    /// A caller, who was let in as the organizer or for them.
    Caller(Arc<Caller>),
    /// The operator of the service.
    Operator,
}

impl Reader {
    /// Whoever lost the right while the file was on its way gets no more of it.
    async fn may_still(&self, app: &App, organizer: PersonId) -> Result<(), ApiError> {
        match self {
            Self::Caller(caller) => still_acts(app, caller, organizer).await.map(|_| ()),
            Self::Operator => Ok(()),
        }
    }
}

/// The file ends before its end. The connection is closed, by which a client knows.
#[derive(Clone, Copy, Debug)]
pub struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the export broke off")
    }
}

impl std::error::Error for BrokenOff {}

/// A body that is written while it is read.
struct Pages(mpsc::Receiver<Result<Bytes, BrokenOff>>);

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.get_mut().0.poll_recv(context).map(|page| page.map(|page| page.map(Frame::data)))
    }
}
