//! A reader of HTML just good enough to tell structure from text, and strict about what it does not know.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

/// Every tag of the document, closing ones as `/name`. Values stay escaped.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let (tag, after) = tag(rest);
        tags.push(tag);
        rest = after;
    }
    tags
}

/// The names alone, of tags and of their attributes: what a hostile value must not be able to change.
pub(crate) fn skeleton(html: &str) -> Vec<(String, Vec<String>)> {
    tags(html)
        .into_iter()
        .map(|tag| (tag.name, tag.attributes.into_iter().map(|(name, _)| name).collect()))
        .collect()
}

fn tag(text: &str) -> (Tag, &str) {
    let end = text.find([' ', '>', '\n']).unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].to_owned(), attributes: Vec::new() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        if rest.is_empty() {
            return (tag, rest);
        }
        let name_end = rest.find(['=', ' ', '>', '\n']).unwrap_or(rest.len());
        let name = rest[..name_end].to_owned();
        rest = &rest[name_end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let close = after.find('"').unwrap_or(after.len());
            value = after[..close].to_owned();
            rest = after.get(close + 1..).unwrap_or_default();
        } else if let Some(after) = rest.strip_prefix('=') {
            rest = after;
        }
        tag.attributes.push((name, value));
    }
}

/// What a text looks like after escaping, written down apart from the template engine.
pub(crate) fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '<' | '>' | '&' | '"' | '\'' => format!("&#{};", u32::from(letter)),
            other => other.to_string(),
        })
        .collect()
}

pub(crate) fn unescaped(text: &str) -> String {
    ["<", ">", "\"", "'", "&"]
        .iter()
        .fold(text.to_owned(), |text, letter| text.replace(&escaped(letter), letter))
}

#[test]
fn the_reader_sees_what_a_browser_would() {
    let tags = tags("<p class=\"a > b\">x</p><input required value=\"1\">");

    assert_eq!(tags.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), ["p", "/p", "input"]);
    assert_eq!(tags[0].get("class"), Some("a > b"));
    assert_eq!(tags[2].get("required"), Some(""));
    assert_eq!(unescaped(&escaped("<a href=\"x\">&amp;'")), "<a href=\"x\">&amp;'");
}
