//! What reads the words of a query one after the other: a property, a value, and what to say of a word that fits nowhere.

use domain::query::{Literal, Property, bound, fold, pairs};
use domain::text::composed;
use uuid::Uuid;

use super::list::{Kind, List, Member};
use super::token::{Token, shortened, tokens};
use super::{Fault, check_length};

/// How the ids of a list are read: `None` for a text that is none of them.
pub type ReadId<'a> = &'a dyn Fn(Property, &str) -> Option<Uuid>;

pub(super) struct Parser<'a> {
    pub(super) tokens: Vec<(usize, Token)>,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) terms: usize,
    pub(super) letters: Letters,
    pub(super) list: &'static List,
    /// What one answer is called, inside `any`.
    pub(super) answer: Option<String>,
    pub(super) read_id: ReadId<'a>,
}

/// How many letters the database has to look for in every row: [`bound::LETTERS`].
#[derive(Default)]
pub(super) struct Letters(usize);

impl Letters {
    /// Adds those of texts that one property is compared with, or several; a fault, in a column, where it becomes too many.
    pub(super) fn add(&mut self, texts: &[&str], properties: usize, column: usize) -> Result<(), Fault> {
        let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
        self.0 += pairs(&folded).len() * properties;
        if self.0 <= bound::LETTERS {
            return Ok(());
        }
        let message = format!(
            "its texts have more than {} different letters beyond A to Z that have a capital: ask for less at a time",
            bound::LETTERS
        );
        Err(Fault::at(column, message))
    }
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &str, list: &'static List, read_id: ReadId<'a>) -> Result<Self, Fault> {
        check_length(text)?;
        Ok(Self {
            tokens: tokens(text)?,
            at: 0,
            depth: 0,
            terms: 0,
            letters: Letters::default(),
            list,
            answer: None,
            read_id,
        })
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn column(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(column, _)| *column)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    /// Takes a word, if it is the next one; in any case, as clients write them.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(word));
        self.at += usize::from(is_it);
        is_it
    }

    pub(super) fn expect(&mut self, token: &Token, what: &str) -> Result<(), Fault> {
        if self.peek() == token {
            self.at += 1;
            return Ok(());
        }
        Err(self.fault(format!("{} stands where {what} would", self.peek().describe())))
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::at(self.column(), message)
    }

    /// About the word that was taken last.
    pub(super) fn fault_before(&self, message: impl Into<String>) -> Fault {
        let column = self.tokens.get(self.at.saturating_sub(1)).map_or(1, |(column, _)| *column);
        Fault::at(column, message)
    }

    /// A property, by its name.
    pub(super) fn member(&mut self) -> Result<Member, Fault> {
        let Token::Name(name) = self.peek().clone() else {
            return Err(self.fault(format!("{} stands where a property would", self.peek().describe())));
        };
        let bare = match &self.answer {
            None => Some(name.as_str()),
            Some(answer) => name.split_once('/').filter(|(of, _)| of == answer).map(|(_, bare)| bare),
        };
        let Some(member) = bare.and_then(|bare| self.list.find(bare)) else {
            let prefix =
                self.answer.as_ref().map(|answer| format!(", each behind `{answer}/`")).unwrap_or_default();
            let message = format!(
                "`{}` is no property here: there are {}{prefix}",
                shortened(&name),
                self.list.names()
            );
            return Err(self.fault(message));
        };
        self.at += 1;
        Ok(member)
    }

    /// A value of the kind that a property has.
    pub(super) fn literal(&mut self, member: Member) -> Result<Literal, Fault> {
        let name = member.property.name();
        let mut token = self.next();
        // `microsoft.graph.meetingRegistrantStatus'registered'` is OData's own way to write a choice.
        if let (Kind::Choice(_), Token::Name(of), Token::Text(_)) = (member.kind, &token, self.peek())
            && of.starts_with("microsoft.graph.")
        {
            token = self.next();
        }
        let read = match (member.kind, &token) {
            (_, Token::Name(null)) if null == "null" => Some(Literal::Null),
            (Kind::Name, Token::Text(text)) => Some(Literal::Text(composed(text))),
            (Kind::Text, Token::Text(text)) => Some(Literal::Text(text.clone())),
            (Kind::Exact, Token::Text(text)) => Some(Literal::Exact(text.clone())),
            (Kind::Id, Token::Text(text)) => Some(Literal::Id((self.read_id)(member.property, text))),
            (Kind::Choice(members), Token::Text(text)) => {
                let known = members.iter().find(|known| known.eq_ignore_ascii_case(text));
                known.map(|known| Literal::Exact((*known).to_owned()))
            }
            (Kind::Instant, Token::Bare(text)) => crate::time::read(text).map(Literal::Instant),
            (Kind::Number, Token::Bare(text)) => text.parse().ok().map(Literal::Number),
            (Kind::Flag, Token::Name(flag)) => flag.to_ascii_lowercase().parse().ok().map(Literal::Flag),
            _ => None,
        };
        read.ok_or_else(|| {
            let wanted = match member.kind {
                Kind::Name | Kind::Text | Kind::Exact | Kind::Id => "a text in single quotes".to_owned(),
                Kind::Choice(members) => format!("one of '{}'", members.join("', '")),
                Kind::Instant => {
                    "an instant without quotes, such as 2027-02-01T09:00:00Z (a plus sign is written \
                    %2B in an address)"
                        .to_owned()
                }
                Kind::Number => "a whole number".to_owned(),
                Kind::Flag => "true or false".to_owned(),
            };
            self.fault_before(format!("`{name}` is compared with {wanted}, or null"))
        })
    }
}
