//! Reading registrants from CSV: the columns of an export, in any order, and those that people make by hand.

use std::collections::HashMap;
use std::io::Read;

use domain::{FieldProblem, MeetingId, ProblemCode, Question, RegistrationKind};
use serde_json::{Map, Value, json};
use wire::Body;

use crate::graph::NewRow;
use crate::sheet::{Fixed, headings, restore};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    /// A member of an enrolment.
    Member(&'static str),
    /// `status`: rows of somebody who canceled are passed over.
    Status,
    /// The answer to a question, by its id.
    Answer(String),
}

/// The columns of a file, found by their headings.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    columns: Vec<Option<Column>>,
    /// Headings that say nothing here.
    pub(super) passed_over: Vec<String>,
}

/// A line of the file.
#[derive(Debug)]
pub(super) enum Line {
    /// Somebody to enroll.
    Row(Box<Result<NewRow, FieldProblem>>),
    /// Somebody who gave their place back, or was rejected.
    Over,
}

impl Columns {
    /// Finds the columns: names of members in any case, questions by their texts. A problem where a column is there twice,
    /// or nothing could be read from the file.
    pub(super) fn find(
        heading_row: &csv::StringRecord,
        kind: &RegistrationKind,
        meeting: MeetingId,
    ) -> Result<Self, Vec<String>> {
        let questions: &[Question] = match kind {
            RegistrationKind::BuiltIn(built_in) => &built_in.questions,
            RegistrationKind::External => &[],
        };
        let mut known: HashMap<String, Column> = HashMap::new();
        for (heading, question) in headings(questions).into_iter().zip(questions) {
            let id = wire::ids::write_question(meeting, question.id);
            known.insert(heading.to_lowercase(), Column::Answer(id));
        }
        // The ids of a built-in registration are given when people enroll.
        let members: &[Fixed] = match kind {
            RegistrationKind::BuiltIn(_) => {
                &[Fixed::FirstName, Fixed::LastName, Fixed::Email, Fixed::UserId, Fixed::TimeZone]
            }
            RegistrationKind::External => &[Fixed::Id, Fixed::UserId, Fixed::TenantId],
        };
        for member in members {
            known.insert(member.heading().to_ascii_lowercase(), Column::Member(member.heading()));
        }
        known.insert(Fixed::Status.heading().to_owned(), Column::Status);

        let mut problems = Vec::new();
        let mut found = Self { columns: Vec::new(), passed_over: Vec::new() };
        for heading in heading_row {
            let heading = restore(heading.trim_start_matches('\u{feff}').trim());
            let column = known.get(&heading.to_lowercase()).cloned();
            if column.is_none() && !heading.is_empty() {
                found.passed_over.push(heading.to_owned());
            }
            if column.is_some() && found.columns.contains(&column) {
                problems.push(format!("the column `{heading}` is there twice"));
            }
            found.columns.push(column);
        }
        let names_people = |column: &Option<Column>| matches!(column, Some(Column::Member(_)));
        if !found.columns.iter().any(names_people) {
            let names: Vec<&str> = members.iter().map(|member| member.heading()).collect();
            problems.push(format!(
                "no column is called `{}`: a list separated by commas has them in its first line",
                names.join("`, `")
            ));
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }

    /// Reads a line.
    pub(super) fn read(&self, record: &csv::StringRecord) -> Line {
        let mut members = Map::new();
        let mut answers = Vec::new();
        for (column, cell) in self.columns.iter().zip(record) {
            let cell = restore(cell);
            match column {
                Some(Column::Status) if is_over(cell.trim()) => return Line::Over,
                Some(Column::Status) | None => {}
                Some(Column::Answer(question)) if !cell.is_empty() => {
                    answers.push(json!({"questionId": question, "value": cell}));
                }
                Some(Column::Member(name)) if !cell.trim().is_empty() => {
                    members.insert((*name).to_owned(), cell.into());
                }
                Some(Column::Answer(_) | Column::Member(_)) => {}
            }
        }
        members.insert("customQuestionAnswers".to_owned(), Value::Array(answers));
        Line::Row(Box::new(Ok(NewRow { body: Body(members), key: None })))
    }
}

/// Whether a status says that a registration is over.
fn is_over(status: &str) -> bool {
    ["canceled", "rejectedByOrganizer"].iter().any(|over| status.eq_ignore_ascii_case(over))
}

/// The lines of a file in chunks, each line with its number and how far into the file it is.
pub(super) struct Lines<R> {
    records: csv::StringRecordsIntoIter<R>,
    columns: Columns,
}

/// One line: its number, the byte it begins at, and what it holds.
pub(super) struct Numbered {
    pub(super) line: u64,
    pub(super) at: u64,
    pub(super) held: Line,
}

impl<R: Read> Lines<R> {
    /// Opens a file and finds its columns.
    pub(super) fn open(input: R, kind: &RegistrationKind, meeting: MeetingId) -> Result<Self, Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().from_reader(input);
        let heading_row =
            reader.headers().map_err(|error| vec![format!("the headings cannot be read: {error}")])?;
        let columns = Columns::find(heading_row, kind, meeting)?;
        Ok(Self { records: reader.into_records(), columns })
    }

    /// Headings that say nothing here.
    pub(super) fn passed_over(&self) -> &[String] {
        &self.columns.passed_over
    }

    /// The next lines, at most so many; none at the end of the file.
    pub(super) fn next_chunk(&mut self, most: usize) -> Vec<Numbered> {
        let columns = &self.columns;
        let read = |record: Result<csv::StringRecord, csv::Error>| {
            let unreadable = |position: Option<csv::Position>, why: String| Numbered {
                line: position.as_ref().map_or(0, csv::Position::line),
                at: position.as_ref().map_or(0, csv::Position::byte),
                held: Line::Row(Box::new(Err(FieldProblem::new("", ProblemCode::InvalidValue, why)))),
            };
            match record {
                Ok(record) if record.iter().any(|cell| cell.contains('\0')) => {
                    unreadable(record.position().cloned(), "a cell holds a NUL character".to_owned())
                }
                Ok(record) => Numbered {
                    line: record.position().map_or(0, csv::Position::line),
                    at: record.position().map_or(0, csv::Position::byte),
                    held: columns.read(&record),
                },
                Err(error) => {
                    let why = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("it has {len} cells, and the first line {expected_len}")
                        }
                        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
                        _ => error.to_string(),
                    };
                    unreadable(error.position().cloned(), why)
                }
            }
        };
        self.records.by_ref().take(most).map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::BuiltIn;
    use domain::question::AnswerInput;
    use uuid::Uuid;

    use super::*;

    fn kind() -> RegistrationKind {
        let question = Question {
            id: domain::QuestionId(Uuid::nil()),
            display_name: Some("Which river?".to_owned()),
            is_required: false,
            input: AnswerInput::Text,
        };
        RegistrationKind::BuiltIn(Box::new(BuiltIn { questions: vec![question], ..BuiltIn::default() }))
    }

    fn open(csv: &str) -> Result<Lines<&[u8]>, Vec<String>> {
        Lines::open(csv.as_bytes(), &kind(), MeetingId(Uuid::nil()))
    }

    #[test]
    fn columns_are_found_in_any_order_and_case() {
        let csv = "\u{feff}which river?,EMAIL,status,shoe size,lastName,firstName\n\
            '=Ardle,a@x.example,registered,44,Marchetti,Odile\n\
            ,b@x.example,Canceled,,,\n";
        let mut lines = open(csv).unwrap();

        let read = lines.next_chunk(9);

        assert_eq!(lines.passed_over(), ["shoe size"]);
        let Line::Row(row) = &read[0].held else { panic!("the first line is a row") };
        let body = &row.as_ref().as_ref().unwrap().body.0;
        assert_eq!(body["firstName"], "Odile");
        assert_eq!(body["customQuestionAnswers"][0]["value"], "=Ardle", "as it was before it was guarded");
        assert!(matches!(read[1].held, Line::Over));
        assert_eq!((read[0].line, read[1].line, read.len()), (2, 3, 2));
    }

    #[test]
    fn a_file_that_is_none_is_told() {
        assert_eq!(open("shoe size\n44\n").err().map(|problems| problems.len()), Some(1));
        assert_eq!(open("email,Email\n").err(), Some(vec!["the column `Email` is there twice".to_owned()]));
        let mut lines = open("email,lastName\na@x.example\n").unwrap();
        let read = lines.next_chunk(9);
        let Line::Row(row) = &read[0].held else { panic!("it is a row at fault") };
        assert_eq!(row.as_ref().as_ref().unwrap_err().message, "it has 1 cells, and the first line 2");
    }
}
