//! The style sheet: readable in the light and in the dark, and nothing from elsewhere.

use pages::STYLESHEET;

/// The colour of a name in the light (`0`) or dark (`1`) set.
fn colour(name: &str, set: usize) -> [f64; 3] {
    let value = STYLESHEET.split(&format!("--{name}: #")).nth(set + 1).unwrap();
    let number = u32::from_str_radix(&value[..6], 16).unwrap();
    [number >> 16, number >> 8 & 255, number & 255].map(|part| f64::from(part) / 255.0)
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_stands_out_in_both_sets() {
    for set in [0, 1] {
        for ground in ["ground", "card"] {
            for ink in ["ink", "soft", "accent", "alarm"] {
                let ratio = contrast(colour(ink, set), colour(ground, set));
                assert!(ratio >= 4.5, "{ink} on {ground} in set {set}: {ratio:.2}");
            }
            let border = contrast(colour("line", set), colour(ground, set));
            assert!(border >= 3.0, "line on {ground} in set {set}: {border:.2}");
        }
        let ratio = contrast(colour("on-accent", set), colour("accent", set));
        assert!(ratio >= 4.5, "on-accent on accent in set {set}: {ratio:.2}");
    }
    // The control: the measure tells black on white from grey on white.
    assert!(contrast([0.0; 3], [1.0; 3]) > 20.9 && contrast([0.6; 3], [1.0; 3]) < 3.0);
}

#[test]
fn nothing_is_fetched() {
    for word in ["url(", "@import", "http:", "https:"] {
        assert!(!STYLESHEET.contains(word), "{word}");
    }
}

/// Left and right are named by what comes first in the reader's language.
#[test]
fn nothing_is_left_or_right() {
    for word in ["left", "right"] {
        assert!(!STYLESHEET.contains(word), "{word}");
    }
}
