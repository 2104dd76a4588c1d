//! `$filter`: OData's words, read by descent. What is not understood is said with the column it stands in.

use domain::query::{Comparison, Filter, Function, Literal, bound};
use domain::text::composed;

use super::Fault;
use super::list::{ANSWERS, ANSWERS_NAME, Kind, List, Member};
use super::parser::{Parser, ReadId};
use super::token::{Token, shortened};

/// Reads a filter.
pub(super) fn read_filter(text: &str, list: &'static List, read_id: ReadId<'_>) -> Result<Filter, Fault> {
    let mut parser = Parser::new(text, list, read_id)?;
    let filter = parser.any_of()?;
    match parser.peek() {
        Token::End => Ok(filter),
        other => Err(parser.fault(format!("{} does not go on from what stands before it", other.describe()))),
    }
}

impl Parser<'_> {
    fn any_of(&mut self) -> Result<Filter, Fault> {
        let mut all = vec![self.all_of()?];
        while self.takes("or") {
            all.push(self.all_of()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn all_of(&mut self) -> Result<Filter, Fault> {
        let mut all = vec![self.one()?];
        while self.takes("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    /// What stands inside something else, so many deep at most.
    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Result<Filter, Fault>) -> Result<Filter, Fault> {
        if self.depth == bound::DEPTH {
            return Err(self.fault(format!("it is nested more than {} deep", bound::DEPTH)));
        }
        self.depth += 1;
        let filter = read(self)?;
        self.depth -= 1;
        Ok(filter)
    }

    fn one(&mut self) -> Result<Filter, Fault> {
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.inside(Self::one)?)));
        }
        if *self.peek() == Token::Open {
            self.at += 1;
            let filter = self.inside(Self::any_of)?;
            self.expect(&Token::Close, "`)`")?;
            return Ok(filter);
        }
        self.count()?;
        if let Token::Name(name) = self.peek().clone()
            && self.tokens.get(self.at + 1).is_some_and(|(_, token)| *token == Token::Open)
        {
            return self.call(&name);
        }
        let member = self.member()?;
        self.compare(member)
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.terms += 1;
        if self.terms > bound::TERMS {
            return Err(self.fault(format!("it asks for more than {} things", bound::TERMS)));
        }
        Ok(())
    }

    fn call(&mut self, name: &str) -> Result<Filter, Fault> {
        let function = match name.to_ascii_lowercase().as_str() {
            "startswith" => Function::StartsWith,
            "endswith" => Function::EndsWith,
            "contains" => Function::Contains,
            _ => return self.any(name),
        };
        self.at += 2;
        let column = self.column();
        let member = self.member()?;
        if !member.kind.is_text() {
            let message = format!("`{}` is no text that `{name}` could be asked of", member.property.name());
            return Err(Fault::at(column, message));
        }
        self.expect(&Token::Comma, "a comma")?;
        let part = match self.next() {
            Token::Text(part) if member.kind == Kind::Name => composed(&part),
            Token::Text(part) => part,
            other => {
                return Err(
                    self.fault_before(format!("{} stands where a text in quotes would", other.describe()))
                );
            }
        };
        self.expect(&Token::Close, "`)`")?;
        if member.kind != Kind::Exact {
            self.letters.add(&[&part], 1, column)?;
        }
        Ok(Filter::Text(member.property, function, part))
    }

    /// `customQuestionAnswers/any(a:a/value eq 'x')`
    fn any(&mut self, name: &str) -> Result<Filter, Fault> {
        let is_any = name.rsplit_once('/').is_some_and(|(list, any)| {
            list.eq_ignore_ascii_case(ANSWERS_NAME) && any.eq_ignore_ascii_case("any")
        });
        if !is_any || !self.list.has_answers {
            let also = if self.list.has_answers { ", `customQuestionAnswers/any`" } else { "" };
            let message = format!(
                "`{}` is no function here: there are `startswith`, `endswith`, `contains`{also}",
                shortened(name)
            );
            return Err(self.fault(message));
        }
        self.at += 2;
        if *self.peek() == Token::Close {
            self.at += 1;
            return Ok(Filter::AnyAnswer(None));
        }
        let Token::Name(answer) = self.next() else {
            return Err(self.fault_before("an answer has a name here, as in `any(a:a/value eq 'x')`"));
        };
        self.expect(&Token::Colon, "`:`")?;
        let outside = std::mem::replace(&mut self.list, &ANSWERS);
        self.answer = Some(answer);
        let filter = self.inside(Self::any_of)?;
        self.answer = None;
        self.list = outside;
        self.expect(&Token::Close, "`)`")?;
        Ok(Filter::AnyAnswer(Some(Box::new(filter))))
    }

    fn compare(&mut self, member: Member) -> Result<Filter, Fault> {
        let property = member.property;
        let column = self.column();
        let operator = match self.peek() {
            Token::Name(operator) => operator.to_ascii_lowercase(),
            _ => String::new(),
        };
        let comparison = match operator.as_str() {
            "eq" => Comparison::Eq,
            "ne" => Comparison::Ne,
            "gt" => Comparison::Gt,
            "ge" => Comparison::Ge,
            "lt" => Comparison::Lt,
            "le" => Comparison::Le,
            "in" => {
                self.at += 1;
                return self.one_of(member, column);
            }
            // A property that is true or false is asked for by its name alone.
            _ if member.kind == Kind::Flag => {
                return Ok(Filter::Compare(property, Comparison::Eq, Literal::Flag(true)));
            }
            _ => {
                let message = format!(
                    "{} stands where an operator would: there are eq, ne, gt, ge, lt, le and in",
                    self.peek().describe()
                );
                return Err(self.fault(message));
            }
        };
        if !matches!(comparison, Comparison::Eq | Comparison::Ne) && !member.kind.has_order() {
            let message = format!("`{}` is compared by eq, ne and in alone", property.name());
            return Err(Fault::at(column, message));
        }
        self.at += 1;
        let literal = self.literal(member)?;
        // Others go by the letters' numbers.
        if let (Comparison::Eq | Comparison::Ne, Literal::Text(text)) = (comparison, &literal) {
            self.letters.add(&[text], 1, column)?;
        }
        Ok(Filter::Compare(property, comparison, literal))
    }

    fn one_of(&mut self, member: Member, column: usize) -> Result<Filter, Fault> {
        self.expect(&Token::Open, "`(`")?;
        let mut literals = vec![self.literal(member)?];
        while *self.peek() == Token::Comma {
            self.at += 1;
            self.count()?;
            literals.push(self.literal(member)?);
        }
        self.expect(&Token::Close, "`)`")?;
        let texts = literals.iter().filter_map(|literal| match literal {
            Literal::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let texts: Vec<&str> = texts.collect();
        self.letters.add(&texts, 1, column)?;
        Ok(Filter::In(member.property, literals))
    }
}

#[cfg(test)]
mod tests {
    use domain::query::Property;

    use super::*;
    use crate::query::list::REGISTRANTS;

    fn read(text: &str) -> Result<Filter, Fault> {
        read_filter(text, &REGISTRANTS, &|_, _| None)
    }

    fn is(property: Property, text: &str) -> Filter {
        Filter::Compare(property, Comparison::Eq, Literal::Text(text.to_owned()))
    }

    #[test]
    fn not_binds_closer_than_and_and_that_closer_than_or() {
        let filter = read("email eq 'a' or not lastName eq 'b' and (email eq 'c' or email eq 'd')").unwrap();

        let [a, b, c, d] = [
            is(Property::Email, "a"),
            is(Property::LastName, "b"),
            is(Property::Email, "c"),
            is(Property::Email, "d"),
        ];
        let inner = Filter::And(vec![Filter::Not(Box::new(b)), Filter::Or(vec![c, d])]);
        assert_eq!(filter, Filter::Or(vec![a, inner]));
    }

    #[test]
    fn names_are_looked_for_as_they_are_kept() {
        assert_eq!(read("firstName eq 'Zoe\u{308}'"), Ok(is(Property::FirstName, "Zoë")));
        let answer = read("customQuestionAnswers/any(a:a/value eq 'Zoe\u{308}')").unwrap();
        assert_eq!(
            answer,
            Filter::AnyAnswer(Some(Box::new(is(Property::Value, "Zoe\u{308}")))),
            "as it was sent"
        );
    }

    /// A list has each letter once, and each comparison has its own. What is compared byte for byte, or by the letters'
    /// numbers, has none.
    #[test]
    fn letters_that_have_to_be_folded_are_bounded() {
        let letters = |range: std::ops::RangeInclusive<char>| range.collect::<String>();
        let (alphabet, greek) = (letters('А'..='Я'), letters('Α'..='Ρ'));
        let list = |names: usize| format!("lastName in ({})", vec![format!("'{alphabet}'"); names].join(","));
        let twice = format!("{} and firstName ne '{alphabet}'", list(60));
        let answer = |text: &str| format!("customQuestionAnswers/any(a:contains(a/value,'{text}'))");

        for fits in [
            list(99),
            twice.clone(),
            format!("{twice} and lastName gt '{alphabet}' and id eq '{alphabet}' and email ne 'ßabc'"),
            format!("{} and {}", answer(&alphabet), answer(&alphabet)),
        ] {
            assert!(read(&fits).is_ok(), "{fits}: {:?}", read(&fits));
        }
        for (beyond, column) in [
            (format!("{twice} and email eq 'å'"), twice.chars().count() + 12),
            (format!("{twice} and startswith(email,'å')"), twice.chars().count() + 17),
            (format!("{twice} and email in ('a','å')"), twice.chars().count() + 12),
            (format!("lastName in ('{alphabet}','{greek}','{}')", letters('Ա'..='Ֆ')), 10),
        ] {
            let fault = read(&beyond).unwrap_err();
            assert_eq!((fault.column, fault.message.contains("64")), (column, true), "{beyond}: {fault:?}");
        }
    }

    /// Whatever is sent is read or refused, in a column that it has or right behind it.
    #[test]
    fn words_in_any_order_are_read_or_refused() {
        let words = [
            "email",
            "status",
            "eq",
            "gt",
            "in",
            "and",
            "or",
            "not",
            "(",
            ")",
            ",",
            ":",
            "'a'",
            "'",
            "''",
            "null",
            "contains(",
            "customQuestionAnswers/any(a:",
            "a/value",
            "5",
            "2027-02-01T00:00:00Z",
            "ä",
            "\0",
            " ",
        ];
        let (mut chance, mut were_read) = (0x5eed_u64, 0);
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..chance % 9 {
                chance ^= chance << 13;
                chance ^= chance >> 7;
                chance ^= chance << 17;
                text.push_str(words[(chance % words.len() as u64) as usize]);
                text.push(' ');
            }
            chance = chance.rotate_left(9) ^ 0x9e37_79b9;
            match read(&text) {
                Ok(_) => were_read += 1,
                Err(fault) => {
                    assert!((1..=text.chars().count() + 1).contains(&fault.column), "{text}: {fault:?}");
                }
            }
        }
        assert!(were_read > 0, "the control: some are filters");
    }
}
