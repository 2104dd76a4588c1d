//! Which language a reader gets.

use icu_locale_core::Locale;
use unic_langid::{CharacterDirection, LanguageIdentifier};

use crate::texts::Texts;

/// One line per language: its name here and its tag, which is also its folder below `texts/`.
macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident = $tag:literal),+ $(,)?) => {
        /// A language the pages and letters exist in.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Language {
            $($(#[$doc])* $name),+
        }

        const ALL: &[Language] = &[$(Language::$name),+];
        const TAGS: &[&str] = &[$($tag),+];
        pub(crate) static SOURCES: &[&[(&str, &str)]] = &[$(&[
            source!($tag, "calendar"),
            source!($tag, "delivery"),
            source!($tag, "letters"),
            source!($tag, "pages"),
            source!($tag, "protection"),
            source!($tag, "registration"),
            source!($tag, "sign_in"),
            source!($tag, "waiting"),
        ]),+];
    };
}

macro_rules! source {
    ($tag:literal, $file:literal) => {
        (concat!($tag, "/", $file, ".ftl"), include_str!(concat!("../texts/", $tag, "/", $file, ".ftl")))
    };
}

languages! {
    /// English, the language everything falls back to.
    #[default]
    English = "en",
    /// German.
    German = "de",
    /// French.
    French = "fr",
    /// Spanish.
    Spanish = "es",
    /// Portuguese as in Brazil.
    Portuguese = "pt-BR",
    /// Polish.
    Polish = "pl",
    /// Japanese.
    Japanese = "ja",
    /// Chinese in simplified characters.
    Chinese = "zh-Hans",
    /// Hindi.
    Hindi = "hi",
    /// Arabic, from right to left.
    Arabic = "ar",
}

/// The pages of the demo and the reference of the programming interface: English alone. Their views have no
/// language to ask for, and no other language has their keys.
pub(crate) static ENGLISH_ONLY: (&str, &str) = source!("en", "demo");

/// The name in a page's query by which its switch asks for another language, with a tag as the value.
pub const LANGUAGE_QUERY: &str = "lang";

impl Language {
    /// Every language there is, the fallback first.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The best language for an `Accept-Language` value or a single tag such as `de-CH`.
    ///
    /// Ranges with `q=0` are left out, unreadable ones ignored, and English answers when nothing fits.
    pub fn choose(accept_language_or_tags: &str) -> Self {
        Self::preferred(accept_language_or_tags).unwrap_or_default()
    }

    /// The same, with `None` where nothing fits or only `*` does: then somebody else's wish may count.
    pub fn preferred(accept_language_or_tags: &str) -> Option<Self> {
        best(accept_language_or_tags, TAGS).map(|index| ALL[index])
    }

    /// The language with exactly this tag.
    pub fn with_tag(tag: &str) -> Option<Self> {
        TAGS.iter().position(|known| known.eq_ignore_ascii_case(tag)).map(|index| ALL[index])
    }

    /// The BCP 47 tag, as it belongs in `lang` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        TAGS[self as usize]
    }

    /// `ltr` or `rtl`, as it belongs in `dir`.
    pub fn direction(self) -> &'static str {
        match self.identifier().character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        }
    }

    /// The locale that dates and times are written for. Our English is that of Europe: day before month, 24 hours.
    pub(crate) fn dates(self) -> Locale {
        let tag = if self == Self::English { "en-150" } else { self.tag() };
        tag.parse().expect("the tags in the table above are valid, a test reads them all")
    }

    pub(crate) fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().expect("the tags in the table above are valid, a test reads them all")
    }

    pub(crate) fn texts(self) -> &'static Texts {
        Texts::of(self as usize)
    }
}

/// The longest header worth reading; browsers send far less.
const MOST_RANGES: usize = 32;

/// The index in `offered` that fits `wanted` best.
fn best(wanted: &str, offered: &[&str]) -> Option<usize> {
    let mut ranges: Vec<(&str, u16)> =
        wanted.split(',').take(MOST_RANGES).filter_map(range).filter(|(_, weight)| *weight > 0).collect();
    // The sort is stable: among equal weights the reader's own order decides.
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));

    ranges.into_iter().find_map(|(tag, _)| {
        let exact = offered.iter().position(|offer| offer.eq_ignore_ascii_case(tag));
        exact.or_else(|| offered.iter().position(|offer| primary(offer).eq_ignore_ascii_case(primary(tag))))
    })
}

/// `de-CH;q=0.7` as the tag and its weight in thousandths.
fn range(text: &str) -> Option<(&str, u16)> {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let tag = tag.trim();
    if tag.is_empty() {
        return None;
    }
    let parameters = parameters.trim();
    let Some(quality) = parameters.strip_prefix("q=").or_else(|| parameters.strip_prefix("Q=")) else {
        return parameters.is_empty().then_some((tag, 1000));
    };
    let quality: f32 = quality.trim().parse().ok()?;
    (0.0..=1.0).contains(&quality).then_some((tag, (quality * 1000.0) as u16))
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: &[&str] = &["en", "de", "pt-BR", "pt", "ar"];

    fn check(wanted: &str, expected: Option<&str>) {
        assert_eq!(best(wanted, OFFERED).map(|index| OFFERED[index]), expected, "{wanted}");
    }

    #[test]
    fn the_reader_gets_the_language_weighed_highest() {
        check("de", Some("de"));
        check("DE-ch", Some("de"));
        check("de_DE", Some("de"));
        check("pt-BR", Some("pt-BR"));
        check("pt-PT", Some("pt-BR"));
        check("fr, de;q=0.5, en;q=0.8", Some("en"));
        check("fr;q=1, ar;q=0.3, de;q=0.3", Some("ar"));
        check("zh-TW, *;q=0.1", None);
        check("*", None);
        check("de;q=0, pt", Some("pt"));
    }

    #[test]
    fn nonsense_chooses_nothing() {
        for wanted in ["", ",,,", ";q=1", "de;q=2", "de;q=NaN", "de;q=-1", "de;level=1", "xx", "\0", "q=1;de"]
        {
            check(wanted, None);
            assert_eq!(Language::choose(wanted), Language::English);
        }
        check(&"fr,".repeat(100_000), None);
    }

    #[test]
    fn a_reader_of_any_region_or_script_gets_the_nearest_there_is() {
        for (wanted, expected) in [
            ("en-US", Language::English),
            ("pt", Language::Portuguese),
            ("zh-CN", Language::Chinese),
            ("zh-TW", Language::Chinese),
            ("zh", Language::Chinese),
            ("ar-EG", Language::Arabic),
            ("es-419", Language::Spanish),
        ] {
            assert_eq!(Language::preferred(wanted), Some(expected), "{wanted}");
        }
        for tag in ["", "*", "pt", "zh", "de-CH", "de,fr", " de", "xx"] {
            assert_eq!(Language::with_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn every_tag_is_one() {
        for language in Language::all() {
            assert_eq!(language.identifier().to_string(), language.tag());
            assert_eq!(language.direction() == "rtl", *language == Language::Arabic);
            assert_eq!(Language::with_tag(&language.tag().to_lowercase()), Some(*language));
            assert_eq!(language.dates().id.language.as_str(), primary(language.tag()));
        }
    }
}
