//! Just enough JSON to read what the service answers.

/// A value; numbers and literals stay as they are spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Object(Vec<(String, Json)>),
    Array(Vec<Json>),
    Text(String),
    Bare(String),
}

impl Json {
    /// Reads a whole text; `None` for what is no JSON.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let value = value(&mut rest)?;
        rest.trim().is_empty().then_some(value)
    }

    /// The member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text of a member that is one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn value(rest: &mut &str) -> Option<Json> {
    *rest = rest.trim_start();
    match rest.chars().next()? {
        '{' => list(rest, '}', |rest| {
            let name = text(rest)?;
            take(rest, ':')?;
            Some((name, value(rest)?))
        })
        .map(Json::Object),
        '[' => list(rest, ']', value).map(Json::Array),
        '"' => text(rest).map(Json::Text),
        _ => {
            let end = rest.find([',', '}', ']', ' ', '\n', '\r']).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            *rest = after;
            (!word.is_empty()).then(|| Json::Bare(word.to_owned()))
        }
    }
}

fn list<T>(rest: &mut &str, end: char, item: impl Fn(&mut &str) -> Option<T>) -> Option<Vec<T>> {
    *rest = &rest[1..];
    let mut items = Vec::new();
    while take(rest, end).is_none() {
        if !items.is_empty() {
            take(rest, ',')?;
        }
        items.push(item(rest)?);
    }
    Some(items)
}

fn take(rest: &mut &str, wanted: char) -> Option<()> {
    *rest = rest.trim_start().strip_prefix(wanted).or_else(|| {
        *rest = rest.trim_start();
        None
    })?;
    Some(())
}

fn text(rest: &mut &str) -> Option<String> {
    take(rest, '"')?;
    let mut text = String::new();
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                *rest = &rest[at + 1..];
                return Some(text);
            }
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                'u' => {
                    let digits: String =
                        (0..4).filter_map(|_| letters.next()).map(|(_, digit)| digit).collect();
                    let code = u32::from_str_radix(&digits, 16).ok()?;
                    text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                other => text.push(other),
            },
            _ => text.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let read = Json::read(
            r#" {"value": [ {"id":"a\"\u00e4","n":-1.5, "x":null} , {} ], "next":"https://x/?a=1"} "#,
        );

        let read = read.expect("it is JSON");
        assert_eq!(read.text("next"), Some("https://x/?a=1"));
        let Some(Json::Array(items)) = read.get("value") else { panic!("{read:?}") };
        assert_eq!(items[0].text("id"), Some("a\"ä"));
        assert_eq!(items[0].get("n"), Some(&Json::Bare("-1.5".to_owned())));
        assert_eq!(items[1], Json::Object(Vec::new()));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", r#"{"a" 1}"#, r#"["a" "b"]"#, r#""open"#, "{} x", "[1,,2]"] {
            assert_eq!(Json::read(text), None, "{text}");
        }
    }
}
