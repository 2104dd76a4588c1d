//! The words of a filter and of an order, each with the column it begins at: the first character stands in column 1.

use std::iter::Peekable;
use std::str::Chars;

use super::Fault;

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, or names with slashes between them.
    Name(String),
    /// What stood between single quotes; one of them is written twice.
    Text(String),
    /// A number or an instant.
    Bare(String),
    Open,
    Close,
    Comma,
    Colon,
    /// Behind the last word.
    End,
}

impl Token {
    /// How a message calls it; what a person wrote is not repeated.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{}`", shortened(name)),
            Self::Text(_) => "a text in quotes".to_owned(),
            Self::Bare(_) => "a number or an instant".to_owned(),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Colon => "`:`".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The first characters of a name, for a message.
pub(super) fn shortened(name: &str) -> String {
    let mut letters = name.chars();
    let mut short: String = letters.by_ref().take(40).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// All words of a text, [`Token::End`] at the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let mut reader = Reader { letters: text.chars().peekable(), column: 1 };
    let mut tokens = Vec::new();
    loop {
        reader.take_while(char::is_whitespace);
        let column = reader.column;
        let token = reader.next(column)?;
        let is_end = token == Token::End;
        tokens.push((column, token));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Reader<'a> {
    letters: Peekable<Chars<'a>>,
    column: usize,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<char> {
        self.column += 1;
        self.letters.next()
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.letters.next_if(|letter| is_part(*letter)) {
            self.column += 1;
            taken.push(letter);
        }
        taken
    }

    fn next(&mut self, column: usize) -> Result<Token, Fault> {
        let Some(first) = self.letters.peek().copied() else { return Ok(Token::End) };
        let sign = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '\'' => return self.text(column),
            letter if letter.is_ascii_alphabetic() || letter == '_' => {
                let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_./$".contains(letter);
                return Ok(Token::Name(self.take_while(is_part)));
            }
            letter if letter.is_ascii_digit() || letter == '-' => {
                let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-+.:".contains(letter);
                return Ok(Token::Bare(self.take_while(is_part)));
            }
            '"' => return Err(Fault::at(column, "a text stands in single quotes")),
            _ => return Err(Fault::at(column, "this character begins no word of a query")),
        };
        self.take();
        Ok(sign)
    }

    fn text(&mut self, column: usize) -> Result<Token, Fault> {
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                None => return Err(Fault::at(column, "the quote that begins here has no end")),
                Some('\'') if self.letters.peek() == Some(&'\'') => {
                    self.take();
                    text.push('\'');
                }
                Some('\'') => return Ok(Token::Text(text)),
                // No text of ours holds one, and not every database could look for it.
                Some('\0') => return Err(Fault::at(self.column - 1, "no text holds a NUL")),
                Some(letter) => text.push(letter),
            }
        }
    }
}
