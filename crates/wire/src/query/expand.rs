//! `$expand`: one navigation property, and in parentheses behind it what is asked of it.

use domain::Operation;

use super::token::shortened;
use super::{Fault, MOST_SELECTED, check_length};

/// A navigation property that can be expanded.
pub(super) struct Expandable {
    name: &'static str,
    /// The type that has it, which may stand before its name.
    of: &'static str,
    /// What can be expanded of it in turn.
    within: Option<&'static Self>,
    /// Whether some of its members can be selected.
    selects: bool,
    /// Where the rest is that somebody may look for here.
    elsewhere: &'static str,
    /// What shows it by itself, and says who may see it.
    by: Operation,
}

const REGISTRATION: Expandable = Expandable {
    name: "registration",
    of: "microsoft.graph.onlineMeeting",
    within: Some(&QUESTIONS),
    selects: true,
    elsewhere: "; the attendance reports are a list of their own",
    by: Operation::GetRegistration,
};

const QUESTIONS: Expandable = Expandable {
    name: "customQuestions",
    of: "microsoft.graph.meetingRegistration",
    within: None,
    selects: true,
    elsewhere: "; the registrants are a list of their own",
    by: Operation::ListQuestions,
};

/// The link to the next page would not know what was selected.
const RECORDS: Expandable = Expandable {
    name: "attendanceRecords",
    of: "microsoft.graph.meetingAttendanceReport",
    within: None,
    selects: false,
    elsewhere: "",
    by: Operation::ListAttendanceRecords,
};

/// What is expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The navigation property.
    pub name: &'static str,
    /// The operation that shows it by itself: whoever may not ask for that may not expand it.
    pub by: Operation,
    /// By its own `$select`, as a list of names.
    pub select: Option<Vec<String>>,
    /// What is expanded of it in turn.
    pub within: Option<Box<Self>>,
}

impl Expanded {
    /// Whether only some members of it are asked for, or of what is expanded inside of it.
    pub fn selects(&self) -> bool {
        self.select.is_some() || self.within.as_deref().is_some_and(Self::selects)
    }
}

/// What an operation can expand; `None` where that is not served.
pub(super) fn expandable(operation: Operation) -> Option<&'static Expandable> {
    match operation {
        Operation::GetMeeting | Operation::FindMeetings => Some(&REGISTRATION),
        Operation::GetRegistration => Some(&QUESTIONS),
        Operation::GetAttendanceReport | Operation::ListAttendanceReports => Some(&RECORDS),
        _ => None,
    }
}

/// Reads what is expanded.
pub(super) fn read_expand(text: &str, expandable: &Expandable) -> Result<Expanded, Fault> {
    check_length(text)?;
    let mut reader = Reader { text, at: 0 };
    let expanded = reader.property(expandable)?;
    reader.skip_blanks();
    if reader.rest().is_empty() { Ok(expanded) } else { Err(reader.fault("the end would stand here")) }
}

impl Expandable {
    fn is_called(&self, name: &str) -> bool {
        let with_type = || name.strip_prefix(self.of).and_then(|rest| rest.strip_prefix('/'));
        name == self.name || with_type() == Some(self.name)
    }

    /// About another property that stands in that column.
    fn alone(&self, column: usize) -> Fault {
        Fault::at(column, format!("only `{}` can be expanded{}", self.name, self.elsewhere))
    }
}

/// Reads from left to right; `at` is the byte that comes next.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn property(&mut self, of: &Expandable) -> Result<Expanded, Fault> {
        let (column, name) = self.word();
        if !of.is_called(name) {
            return Err(of.alone(column));
        }
        let mut expanded = Expanded { name: of.name, by: of.by, select: None, within: None };
        if self.takes('(') {
            self.options(of, &mut expanded)?;
        }
        if self.takes(',') {
            let (column, _) = self.word();
            return Err(of.alone(column));
        }
        Ok(expanded)
    }

    /// Options with semicolons between them, and the parenthesis that ends them.
    fn options(&mut self, of: &Expandable, expanded: &mut Expanded) -> Result<(), Fault> {
        loop {
            self.option(of, expanded)?;
            if self.takes(')') {
                return Ok(());
            }
            if !self.takes(';') {
                return Err(self.fault("`;` or `)` would stand here"));
            }
        }
    }

    fn option(&mut self, of: &Expandable, expanded: &mut Expanded) -> Result<(), Fault> {
        let (column, name) = self.word();
        let bare = name.strip_prefix('$').unwrap_or(name).to_ascii_lowercase();
        let is_there = match bare.as_str() {
            "select" => expanded.select.is_some(),
            "expand" => expanded.within.is_some(),
            _ => false,
        };
        match (bare.as_str(), of.within) {
            _ if is_there => Err(Fault::at(column, format!("the option `{name}` is there twice"))),
            ("select", _) if of.selects => {
                self.expect_equals()?;
                expanded.select = Some(self.names()?);
                Ok(())
            }
            ("expand", Some(within)) => {
                self.expect_equals()?;
                expanded.within = Some(Box::new(self.property(within)?));
                Ok(())
            }
            ("", _) => Err(Fault::at(column, "an option would stand here")),
            _ => {
                let name = shortened(name);
                let message = format!("the option `{name}` is not served of `{}`: leave it out", of.name);
                Err(Fault::at(column, message))
            }
        }
    }

    fn names(&mut self) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        loop {
            let (column, name) = self.word();
            if names.len() == MOST_SELECTED {
                let message = format!("`$select` names at most {MOST_SELECTED} members");
                return Err(Fault::at(column, message));
            }
            names.push(name.to_owned());
            if !self.takes(',') {
                return Ok(names);
            }
        }
    }

    /// What stands before the next sign, with the column it begins in; empty where nothing does.
    fn word(&mut self) -> (usize, &'a str) {
        self.skip_blanks();
        let (column, rest) = (self.column(), self.rest());
        let length = rest.find(['(', ')', ',', ';', '=']).unwrap_or(rest.len());
        self.at += length;
        (column, rest[..length].trim_end())
    }

    /// Takes a sign of one byte, if it comes next.
    fn takes(&mut self, sign: char) -> bool {
        self.skip_blanks();
        let is_it = self.rest().starts_with(sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect_equals(&mut self) -> Result<(), Fault> {
        if self.takes('=') { Ok(()) } else { Err(self.fault("`=` would stand here")) }
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn column(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn fault(&self, message: &str) -> Fault {
        Fault::at(self.column(), message)
    }
}

#[cfg(test)]
mod tests {
    use domain::operation::QueryOption;

    use super::*;

    fn names(text: &str) -> Option<Vec<String>> {
        Some(text.split(',').map(str::to_owned).collect())
    }

    fn questions(select: Option<Vec<String>>) -> Expanded {
        Expanded { name: "customQuestions", by: Operation::ListQuestions, select, within: None }
    }

    #[test]
    fn what_is_expanded_is_read_in_every_spelling() {
        let registration = |select, within: Option<Expanded>| Expanded {
            name: "registration",
            by: Operation::GetRegistration,
            select,
            within: within.map(Box::new),
        };
        let with_questions = registration(None, Some(questions(None)));
        let both = registration(names("id,subject"), Some(questions(names("displayName"))));

        for (text, expected) in [
            ("registration", registration(None, None)),
            (" registration ", registration(None, None)),
            ("microsoft.graph.onlineMeeting/registration", registration(None, None)),
            ("registration($expand=customQuestions)", with_questions.clone()),
            ("registration(EXPAND=customQuestions)", with_questions.clone()),
            (
                "microsoft.graph.onlineMeeting/registration( $expand = \
                 microsoft.graph.meetingRegistration/customQuestions ) ",
                with_questions,
            ),
            ("registration($select=id)", registration(names("id"), None)),
            ("registration($select=id,subject;$expand=customQuestions($select=displayName))", both.clone()),
            ("registration(expand=customQuestions(select=displayName) ; select=id , subject)", both),
        ] {
            assert_eq!(read_expand(text, &REGISTRATION), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_expanded_is_named_with_its_column() {
        for (text, column, words) in [
            ("", 1, "only `registration` can be expanded"),
            ("*", 1, "only `registration`"),
            ("Registration", 1, "only `registration`"),
            ("microsoft.graph.user/registration", 1, "only `registration`"),
            ("microsoft.graph.onlineMeetingregistration", 1, "only `registration`"),
            ("registration,attendanceReports", 14, "only `registration`"),
            ("registration,registration", 14, "only `registration`"),
            ("registration($expand=registrants)", 22, "only `customQuestions`"),
            ("registration($expand=customQuestions,registrants)", 38, "only `customQuestions`"),
            ("registration($expand=customQuestions($expand=x))", 38, "`$expand` is not served of"),
            ("registration($top=1)", 14, "`$top` is not served of `registration`"),
            ("registration($select=id;$select=id)", 25, "`$select` is there twice"),
            ("registration()", 14, "an option would"),
            ("registration($select=id;)", 25, "an option would"),
            ("registration($select)", 21, "`=` would"),
            ("registration($select=id", 24, "`;` or `)` would"),
            ("registration($select=id,$expand=customQuestions)", 32, "`;` or `)` would"),
            ("registration)", 13, "the end would"),
            ("registration/$ref", 1, "only `registration`"),
            ("registration($select=ü;$top=1)", 24, "`$top`"),
        ] {
            let fault = read_expand(text, &REGISTRATION).unwrap_err();
            assert_eq!(fault.column, column, "{text}: {}", fault.message);
            assert!(fault.message.contains(words), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn a_hundred_members_of_it_may_be_selected_and_no_more() {
        let of = |count: usize| format!("customQuestions($select=id{})", ",x".repeat(count - 1));

        assert!(read_expand(&of(100), &QUESTIONS).is_ok());
        assert_eq!(read_expand(&of(101), &QUESTIONS).unwrap_err().column, 226);
    }

    #[test]
    fn what_comes_page_by_page_comes_whole() {
        assert!(read_expand("attendanceRecords", &RECORDS).is_ok());
        assert_eq!(read_expand("attendanceRecords($select=id)", &RECORDS).unwrap_err().column, 19);
    }

    #[test]
    fn every_operation_that_serves_it_says_what_it_expands() {
        for operation in Operation::ALL {
            let is_served = operation.query_options().contains(&QueryOption::Expand);
            assert_eq!(expandable(operation).is_some(), is_served, "{operation:?}");
        }
    }
}
