//! `$search`: words and phrases, with `AND`, `OR`, `NOT` and parentheses as OData has them. An item is found where each is a
//! part of one of its texts.

use domain::query::{Filter, Function, bound};
use domain::text::composed;

use super::list::List;
use super::parser::Letters;
use super::{Fault, check_length};

/// Reads what is searched for.
pub(super) fn read_search(text: &str, list: &List) -> Result<Filter, Fault> {
    check_length(text)?;
    let mut search =
        Search { words: words(text)?, at: 0, depth: 0, terms: 0, letters: Letters::default(), list };
    let filter = search.any_of()?;
    match search.words.get(search.at) {
        None => Ok(filter),
        Some((column, _)) => Err(Fault::at(*column, "`)` closes nothing")),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    And,
    Or,
    Not,
    Open,
    Close,
    Term(String),
}

fn words(text: &str) -> Result<Vec<(usize, Word)>, Fault> {
    let mut words = Vec::new();
    let mut letters = (1..).zip(text.chars()).peekable();
    while let Some((column, letter)) = letters.next() {
        let word = match letter {
            letter if letter.is_whitespace() => continue,
            '\0' => return Err(Fault::at(column, "no text holds a NUL")),
            '(' => Word::Open,
            ')' => Word::Close,
            '"' => {
                let mut phrase = String::new();
                loop {
                    match letters.next().map(|(_, letter)| letter) {
                        None => return Err(Fault::at(column, "the quote that begins here has no end")),
                        Some('"') => break,
                        Some('\0') => return Err(Fault::at(column, "no text holds a NUL")),
                        Some('\\') => phrase.extend(letters.next().map(|(_, letter)| letter)),
                        Some(letter) => phrase.push(letter),
                    }
                }
                Word::Term(phrase)
            }
            letter => {
                let mut term = String::from(letter);
                let is_part = |letter: char| !letter.is_whitespace() && !"()\"\0".contains(letter);
                while let Some((_, letter)) = letters.next_if(|(_, letter)| is_part(*letter)) {
                    term.push(letter);
                }
                match term.as_str() {
                    "AND" => Word::And,
                    "OR" => Word::Or,
                    "NOT" => Word::Not,
                    _ => Word::Term(term),
                }
            }
        };
        words.push((column, word));
    }
    Ok(words)
}

struct Search<'a> {
    words: Vec<(usize, Word)>,
    at: usize,
    depth: usize,
    terms: usize,
    letters: Letters,
    list: &'a List,
}

impl Search<'_> {
    fn takes(&mut self, word: &Word) -> bool {
        let is_it = self.words.get(self.at).is_some_and(|(_, next)| next == word);
        self.at += usize::from(is_it);
        is_it
    }

    fn any_of(&mut self) -> Result<Filter, Fault> {
        let mut all = vec![self.all_of()?];
        while self.takes(&Word::Or) {
            all.push(self.all_of()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn all_of(&mut self) -> Result<Filter, Fault> {
        let mut all = vec![self.one()?];
        loop {
            let goes_on =
                matches!(self.words.get(self.at), Some((_, Word::Not | Word::Open | Word::Term(_))));
            if !self.takes(&Word::And) && !goes_on {
                return Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) });
            }
            all.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Filter, Fault> {
        let (column, word) = match self.words.get(self.at) {
            Some((column, word)) => (*column, word.clone()),
            None => {
                return Err(Fault::at(
                    self.words.last().map_or(1, |(column, _)| *column),
                    "a word is missing",
                ));
            }
        };
        self.at += 1;
        match word {
            Word::Term(term) if !term.is_empty() => self.term(column, &term),
            Word::Not | Word::Open if self.depth == bound::DEPTH => {
                Err(Fault::at(column, format!("it is nested more than {} deep", bound::DEPTH)))
            }
            Word::Not => {
                self.depth += 1;
                let filter = self.one()?;
                self.depth -= 1;
                Ok(Filter::Not(Box::new(filter)))
            }
            Word::Open => {
                self.depth += 1;
                let filter = self.any_of()?;
                self.depth -= 1;
                if self.takes(&Word::Close) { Ok(filter) } else { Err(Fault::at(column, "`(` has no end")) }
            }
            _ => Err(Fault::at(column, "a word or a phrase in double quotes would stand here")),
        }
    }

    fn term(&mut self, column: usize, term: &str) -> Result<Filter, Fault> {
        self.terms += 1;
        if self.terms > bound::WORDS {
            return Err(Fault::at(column, format!("it has more than {} words", bound::WORDS)));
        }
        let part = composed(term);
        self.letters.add(&[&part], self.list.searched.len(), column)?;
        let of = |property: &_| Filter::Text(*property, Function::Contains, part.clone());
        Ok(Filter::Or(self.list.searched.iter().map(of).collect()))
    }
}
