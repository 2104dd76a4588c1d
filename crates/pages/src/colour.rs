//! An organisation's colour, made readable: WCAG 2.2 AA, on light and on dark ground.

use std::fmt;

/// A colour of the screen: red, green and blue of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// The least contrast of text of any size (WCAG 2.2, 1.4.3).
const LEAST: f64 = 4.5;
const WHITE: Colour = Colour([0xff; 3]);
const BLACK: Colour = Colour([0; 3]);
/// What the style sheet puts words on: `--ground` and `--card`, in the light and in the dark.
const LIGHT: [Colour; 2] = [Colour([0xf6, 0xf5, 0xf1]), WHITE];
const DARK: [Colour; 2] = [Colour([0x14, 0x18, 0x1d]), Colour([0x1c, 0x22, 0x29])];

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The contrast with another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// So many 64ths of the way to another colour.
    fn towards(self, other: Self, steps: i32) -> Self {
        let part = |n: usize| {
            let (own, other) = (i32::from(self.0[n]), i32::from(other.0[n]));
            u8::try_from(own + (other - own) * steps / 64).unwrap_or(other.unsigned_abs() as u8)
        };
        Self([part(0), part(1), part(2)])
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A colour for links and buttons, and the ink on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// The colour: readable as ink on the ground that it was made for.
    pub colour: Colour,
    /// Black or white, whichever is more readable on it.
    pub ink: Colour,
}

/// An organisation's colour in the light and in the dark: as it was chosen where that is readable, else as near to it as
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accents {
    /// On light ground.
    pub light: Accent,
    /// On dark ground.
    pub dark: Accent,
}

impl Accents {
    /// The accents nearest to a colour.
    pub fn of(colour: Colour) -> Self {
        Self { light: Accent::on(LIGHT, BLACK, colour), dark: Accent::on(DARK, WHITE, colour) }
    }

    /// The style sheet that lays them over the one of every page.
    pub fn stylesheet(&self) -> String {
        let set = |accent: Accent| format!("--accent: {}; --on-accent: {};", accent.colour, accent.ink);
        format!(
            ":root {{ {} }}\n@media screen and (prefers-color-scheme: dark) {{\n  :root {{ {} }}\n}}\n",
            set(self.light),
            set(self.dark)
        )
    }
}

impl Accent {
    /// Goes towards the far end until it is readable on both grounds: that end is.
    fn on(grounds: [Colour; 2], end: Colour, colour: Colour) -> Self {
        let is_readable = |colour: &Colour| grounds.iter().all(|ground| colour.contrast(*ground) >= LEAST);
        let colour = (0..=64).map(|steps| colour.towards(end, steps)).find(is_readable).unwrap_or(end);
        let ink = if colour.contrast(WHITE) >= colour.contrast(BLACK) { WHITE } else { BLACK };
        Self { colour, ink }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_grounds_are_those_of_the_style_sheet() {
        for (name, grounds) in [("ground", [LIGHT[0], DARK[0]]), ("card", [LIGHT[1], DARK[1]])] {
            let key = format!("--{name}: ");
            let told = crate::STYLESHEET.split(&key).skip(1).take(2);
            let told: Vec<Option<Colour>> = told.map(|rest| Colour::parse(&rest[..7])).collect();
            assert_eq!(told, grounds.map(Some), "{name}");
        }
    }

    #[test]
    fn a_colour_that_is_readable_stays_and_another_moves_as_little_as_it_must() {
        let of = |text| Accents::of(Colour::parse(text).expect("a colour"));

        let deep = of("#1f5f5b");
        assert_eq!((deep.light.colour.to_string(), deep.light.ink), ("#1f5f5b".to_owned(), WHITE));
        let yellow = of("#ffdd00");
        assert_eq!((yellow.dark.colour.to_string(), yellow.dark.ink), ("#ffdd00".to_owned(), BLACK));
        assert_eq!(yellow.light.ink, WHITE);
        let [red, green, blue] = yellow.light.colour.0;
        assert!(red > 0x60 && green > 0x50 && blue == 0, "still a yellow: {}", yellow.light.colour);
        assert_eq!(of("#000000").dark.ink, BLACK);
    }

    #[test]
    fn only_six_digits_behind_a_hash_are_a_colour() {
        assert_eq!(Colour::parse("#0a141E"), Some(Colour([10, 20, 30])));
        for text in ["", "#", "red", "#fff", "#12345", "#1234567", "#12345g", "123456", "#+12345", "#12345é"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_colour_is_chosen_words_can_be_read(parts in any::<[u8; 3]>()) {
            let accents = Accents::of(Colour(parts));
            for (accent, grounds) in [(accents.light, LIGHT), (accents.dark, DARK)] {
                for ground in grounds {
                    prop_assert!(accent.colour.contrast(ground) >= 4.5, "{} on {ground}", accent.colour);
                }
                prop_assert!(accent.ink.contrast(accent.colour) >= 4.5, "{} on {}", accent.ink, accent.colour);
            }
        }
    }
}
