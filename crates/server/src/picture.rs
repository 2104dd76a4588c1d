//! Pictures that operators give us to show: looked at before anybody else sees them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use imagesize::{ImageType, blob_size, image_type};

/// The most bytes of a logo: a first visit to a page stays below 60 KB with it.
pub const MOST_BYTES: usize = 24 * 1024;
/// The most pixels a side: a browser that unpacks a picture takes memory for each.
pub const MOST_PIXELS: usize = 1_024;

/// A picture of a kind that browsers draw and do not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file as it is.
    pub bytes: Vec<u8>,
    /// What it is by its first bytes, whatever its name says.
    pub content_type: &'static str,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Picture {
    /// Reads a file; `Err` says what is wrong with it.
    pub fn read(file: &Path) -> Result<Self, String> {
        let mut bytes = Vec::new();
        let opened = File::open(file);
        let read = opened.and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes));
        read.map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
        Self::from_bytes(bytes).map_err(|fault| format!("`{}` {fault}", file.display()))
    }

    fn from_bytes(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("is larger than {MOST_BYTES} bytes: every visitor loads it"));
        }
        // SVG is a document that can hold scripts, and others are not drawn everywhere.
        let content_type = match image_type(&bytes) {
            Ok(ImageType::Png) => "image/png",
            Ok(ImageType::Jpeg) => "image/jpeg",
            Ok(ImageType::Webp) => "image/webp",
            _ => return Err("is neither PNG, JPEG nor WebP by its first bytes".to_owned()),
        };
        let size = blob_size(&bytes).map_err(|_| "does not say how large the picture is".to_owned())?;
        let side = |pixels: usize| u32::try_from(pixels).ok().filter(|_| (1..=MOST_PIXELS).contains(&pixels));
        match (side(size.width), side(size.height)) {
            (Some(width), Some(height)) => Ok(Self { bytes, content_type, width, height }),
            _ => {
                Err(format!("is {} by {} pixels: each side has 1 to {MOST_PIXELS}", size.width, size.height))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG that says so many pixels.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        let picture = Picture::from_bytes(png(320, 80)).unwrap();

        assert_eq!((picture.content_type, picture.width, picture.height), ("image/png", 320, 80));
        for bytes in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><svg/>",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"BM\0\0\0\0\0\0\0\0",
        ] {
            let fault = Picture::from_bytes(bytes.to_vec()).unwrap_err();
            assert!(fault.contains("neither PNG"), "{fault}");
        }
    }

    #[test]
    fn a_picture_that_costs_its_viewers_too_much_is_refused() {
        let mut large = png(320, 80);
        large.resize(MOST_BYTES, 0);
        assert!(Picture::from_bytes(large.clone()).is_ok());
        large.push(0);
        assert!(Picture::from_bytes(large).unwrap_err().contains("larger than"));

        for (width, height) in [(60_000, 60_000), (1_025, 10), (10, 1_025), (0, 10)] {
            let fault = Picture::from_bytes(png(width, height)).unwrap_err();
            assert!(fault.contains("pixels"), "{fault}");
        }
        assert!(Picture::from_bytes(png(1_024, 1_024)).is_ok());
        assert!(Picture::from_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()).is_err());
    }
}
