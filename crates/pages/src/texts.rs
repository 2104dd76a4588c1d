//! The Fluent files, read once, and the two ways of saying something from them.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::language::{ENGLISH_ONLY, Language, SOURCES};

/// All sentences of one language.
pub(crate) struct Texts {
    /// Wraps each value in FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE, so that a Hebrew name cannot reorder
    /// the English words after it.
    isolating: FluentBundle<&'static FluentResource>,
    /// Without the two marks.
    plain: FluentBundle<&'static FluentResource>,
    pub(crate) language: Language,
    right_to_left: bool,
}

static RESOURCES: LazyLock<Vec<Vec<FluentResource>>> = LazyLock::new(|| {
    let read = |(file, source): &(&str, &str)| match FluentResource::try_new((*source).to_owned()) {
        Ok(resource) => resource,
        Err((_, faults)) => panic!("texts/{file} is not Fluent: {faults:?}"),
    };
    let mut languages: Vec<Vec<_>> = SOURCES.iter().map(|files| files.iter().map(read).collect()).collect();
    languages[Language::English as usize].push(read(&ENGLISH_ONLY));
    languages
});

static TEXTS: LazyLock<Vec<Texts>> =
    LazyLock::new(|| Language::all().iter().map(|language| Texts::new(*language)).collect());

impl Texts {
    pub(crate) fn of(index: usize) -> &'static Self {
        &TEXTS[index]
    }

    fn new(language: Language) -> Self {
        let bundle = |isolating| {
            let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
            bundle.set_use_isolating(isolating);
            for resource in &RESOURCES[language as usize] {
                bundle.add_resource(resource).expect("no key stands twice, a test reads every file");
            }
            bundle
        };
        Self {
            isolating: bundle(true),
            plain: bundle(false),
            language,
            right_to_left: language.direction() == "rtl",
        }
    }

    /// A sentence without values.
    pub(crate) fn say(&self, key: &str) -> String {
        format(&self.plain, key, FluentArgs::new())
    }

    /// A sentence in which a number chooses the words: one place, two places.
    pub(crate) fn say_count(&self, key: &str, name: &str, count: usize) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name.to_owned(), FluentValue::from(count));
        format(&self.plain, key, arguments)
    }

    /// A sentence with values, for pages and the bodies of letters.
    ///
    /// The isolates are left out where every value runs the way of the sentence: they would change nothing, and
    /// old mail programs draw them as boxes.
    pub(crate) fn say_with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mixed = self.right_to_left || values.iter().any(|(_, value)| value.chars().any(is_right_to_left));
        format(if mixed { &self.isolating } else { &self.plain }, key, texts(values))
    }

    /// A value that stands beside words of ours without being part of their sentence, isolated under the same rule.
    pub(crate) fn beside<'v>(&self, value: &'v str) -> Cow<'v, str> {
        if self.right_to_left || value.chars().any(is_right_to_left) {
            Cow::Owned(format!("\u{2068}{value}\u{2069}"))
        } else {
            Cow::Borrowed(value)
        }
    }

    /// What a meeting is called, also when its organizer did not say.
    pub(crate) fn subject(&self, subject: &str) -> String {
        if subject.trim().is_empty() { self.say("page-untitled") } else { subject.to_owned() }
    }

    /// A sentence with values and never an isolate, for what programs compare or show raw: subject lines, where
    /// filters and threading see every character, and calendar text, which several calendars print as boxes.
    pub(crate) fn plain(&self, key: &str, values: &[(&str, &str)]) -> String {
        format(&self.plain, key, texts(values))
    }
}

fn texts(values: &[(&str, &str)]) -> FluentArgs<'static> {
    values.iter().map(|(name, value)| ((*name).to_owned(), FluentValue::from((*value).to_owned()))).collect()
}

/// A missing key or value is fatal in tests. In service the key itself is shown: a page with one odd word in it
/// still lets somebody cancel.
fn format(bundle: &FluentBundle<&'static FluentResource>, key: &str, arguments: FluentArgs<'_>) -> String {
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        debug_assert!(false, "no text has the key `{key}`");
        return key.to_owned();
    };
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut faults).into_owned();
    debug_assert!(faults.is_empty(), "`{key}`: {faults:?}");
    text
}

/// The blocks of Hebrew, Arabic and their neighbours.
fn is_right_to_left(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Keys with the variables that each names, as they stand in the files.
    #[test]
    fn every_language_says_the_same_things_with_the_same_values() {
        let english = messages(SOURCES[0]);
        assert!(english.len() > 80);

        for files in SOURCES {
            let messages = messages(files);
            let differing: Vec<_> = messages
                .iter()
                .filter(|(key, names)| english.get(*key) != Some(*names))
                .map(|(key, names)| format!("{key} with {names:?}, not {:?}", english.get(key)))
                .collect();
            let missing: Vec<_> = english.keys().filter(|key| !messages.contains_key(*key)).collect();
            assert!(differing.is_empty() && missing.is_empty(), "{}: {differing:?} {missing:?}", files[0].0);
        }
    }

    #[test]
    fn no_text_holds_markup_or_invisible_marks() {
        let unseen = |letter: char| is_mark(letter) || letter.is_control() && letter != '\n';
        for (file, source) in SOURCES.iter().copied().flatten().chain([&ENGLISH_ONLY]) {
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                let text = line.strip_suffix("->").unwrap_or(line);
                assert!(!text.contains(['<', '>', '&', '\t']) && !text.contains(unseen), "{file}: {line}");
            }
        }
    }

    /// CLDR's cardinal categories that whole numbers up to a thousand fall into.
    #[test]
    fn a_number_chooses_among_all_the_words_its_language_has_for_it() {
        for (files, language) in SOURCES.iter().zip(Language::all()) {
            let categories: &[&str] = match language {
                Language::Japanese | Language::Chinese => &["other"],
                Language::Polish => &["one", "few", "many", "other"],
                Language::Arabic => &["zero", "one", "two", "few", "many", "other"],
                _ => &["one", "other"],
            };
            for (file, source) in *files {
                for choice in source.split("->").skip(1) {
                    let variants = choice.split_once("\n}").map_or(choice, |(inside, _)| inside).lines();
                    let named: Vec<_> = variants
                        .filter_map(|line| line.trim().trim_start_matches('*').strip_prefix('['))
                        .filter_map(|line| line.split_once(']').map(|(category, _)| category))
                        .collect();
                    assert_eq!(named, categories, "{file}");
                }
            }
        }
    }

    #[test]
    fn a_number_stands_among_words_that_fit_it() {
        let says = |language: Language, count| language.texts().say_count("flaw-longer-than", "limit", count);

        assert_eq!(says(Language::English, 1), "At most 1 character.");
        assert_eq!(says(Language::English, 2), "At most 2 characters.");
        for (count, expected) in [(1, "1 znak"), (2, "2 znaki"), (5, "5 znaków"), (22, "22 znaki")] {
            assert_eq!(says(Language::Polish, count), format!("Najwyżej {expected}."));
        }
        for (count, expected) in
            [(1, "حرف واحد"), (2, "حرفان"), (3, "3 أحرف"), (11, "11 حرفًا"), (100, "100 حرف")]
        {
            assert_eq!(says(Language::Arabic, count), format!("{expected} على الأكثر."));
        }
        assert_eq!(says(Language::Japanese, 1), "1 文字以内で入力してください。");
    }

    #[test]
    fn only_english_has_the_pages_of_the_demo() {
        assert!(Language::English.texts().plain.has_message("room-title"));
        assert!(!Language::German.texts().plain.has_message("room-title"));
        for language in Language::all() {
            assert_eq!(language.texts().language, *language);
            assert_eq!(language.texts().right_to_left, language.direction() == "rtl");
        }
    }

    #[test]
    fn a_value_is_isolated_only_where_directions_mix() {
        let texts = Language::English.texts();

        assert_eq!(texts.say_with("letter-greeting", &[("name", "Ada")]), "Hello Ada,");
        assert_eq!(texts.say_with("letter-greeting", &[("name", "עדה")]), "Hello \u{2068}עדה\u{2069},");
        assert_eq!(texts.plain("letter-greeting", &[("name", "עדה")]), "Hello עדה,");
    }

    #[test]
    fn a_value_is_never_read_as_fluent() {
        let texts = Language::English.texts();

        assert_eq!(texts.say_with("letter-greeting", &[("name", "{ $name } {7}")]), "Hello { $name } {7},");
    }

    fn messages(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
        let mut found = BTreeMap::new();
        let mut key = String::new();
        for line in files.iter().flat_map(|(_, source)| source.lines()).filter(|line| !line.starts_with('#'))
        {
            if let Some((name, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_alphabetic()))
            {
                name.clone_into(&mut key);
            }
            let end = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let names = line.split('$').skip(1).map(|rest| rest[..end(rest)].to_owned());
            found.entry(key.clone()).or_insert_with(BTreeSet::new).extend(names);
        }
        found
    }

    /// Direction marks, embeddings and isolates, zero-width letters: nobody sees them in an editor.
    fn is_mark(letter: char) -> bool {
        matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    }
}
