//! XLSX written from front to back: Office Open XML (ISO/IEC 29500, transitional), of which a table needs five small parts
//! and its sheets, in a ZIP archive. Every cell is a text, so that nothing in it is a formula.

use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Written;

/// How many rows a sheet can hold in Excel.
const MOST_ROWS: u32 = 1_048_576;
/// A part of an archive without the extensions for long ones has at most 4 GiB; a sheet ends well before.
const MOST_BYTES: u64 = 3 << 30;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const CONTENT_TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// A workbook that is being written; a sheet that is full is followed by another.
pub(super) struct Workbook {
    archive: ZipWriter<StreamWriter<Written>>,
    headings: Vec<String>,
    sheets: u32,
    rows: u32,
    bytes: u64,
    most_rows: u32,
}

impl Workbook {
    pub(super) fn open(written: Written, headings: &[String]) -> io::Result<Self> {
        Self::of(written, headings, MOST_ROWS)
    }

    fn of(written: Written, headings: &[String], most_rows: u32) -> io::Result<Self> {
        let archive = ZipWriter::new_stream(written);
        let mut workbook =
            Self { archive, headings: headings.to_vec(), sheets: 0, rows: 0, bytes: 0, most_rows };
        workbook.begin_sheet()?;
        Ok(workbook)
    }

    pub(super) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        if self.rows == self.most_rows || self.bytes > MOST_BYTES {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.write_row(cells)
    }

    pub(super) fn close(mut self) -> io::Result<()> {
        self.end_sheet()?;
        for (name, text) in self.parts() {
            self.begin(&name)?;
            self.archive.write_all(text.as_bytes())?;
        }
        self.archive.finish()?;
        Ok(())
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.archive.start_file(name, options)?)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        (self.rows, self.bytes) = (0, 0);
        self.begin(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        write!(self.archive, "{DECLARATION}<worksheet xmlns=\"{MAIN}\"><sheetData>")?;
        let headings = std::mem::take(&mut self.headings);
        self.write_row(&headings)?;
        self.headings = headings;
        Ok(())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.archive.write_all(b"</sheetData></worksheet>")
    }

    fn write_row(&mut self, cells: &[String]) -> io::Result<()> {
        self.rows += 1;
        let mut row = format!("<row r=\"{}\">", self.rows);
        for cell in cells {
            row.push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            escape(cell, &mut row);
            row.push_str("</t></is></c>");
        }
        row.push_str("</row>");
        self.bytes += row.len() as u64;
        self.archive.write_all(row.as_bytes())
    }

    /// Everything beside the sheets, which can be told when it is known how many there are.
    fn parts(&self) -> [(String, String); 4] {
        let sheets = 1..=self.sheets;
        let overrides: String = sheets
            .clone()
            .map(|n| {
                format!(
                    "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{SPREADSHEET}.worksheet+xml\"/>"
                )
            })
            .collect();
        let listed: String = sheets
            .clone()
            .map(|n| format!("<sheet name=\"registrants{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", suffix(n)))
            .collect();
        let related: String = sheets
            .map(|n| {
                format!(
                    "<Relationship Id=\"rId{n}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
                )
            })
            .collect();
        let part = |name: &str, text: String| (name.to_owned(), format!("{DECLARATION}{text}"));
        [
            part(
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"{CONTENT_TYPES}\">\
                     <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                     <Override PartName=\"/xl/workbook.xml\" ContentType=\"{SPREADSHEET}.sheet.main+xml\"/>{overrides}</Types>"
                ),
            ),
            part(
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{RELATIONS}\">\
                     <Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            part(
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{listed}</sheets></workbook>"
                ),
            ),
            part(
                "xl/_rels/workbook.xml.rels",
                format!("<Relationships xmlns=\"{RELATIONS}\">{related}</Relationships>"),
            ),
        ]
    }
}

fn suffix(sheet: u32) -> String {
    if sheet == 1 { String::new() } else { format!(" {sheet}") }
}

/// Characters that XML cannot hold are written as `_xHHHH_`, and so is the `_` of what looks like that (ISO/IEC 29500,
/// part 1, section 22.9.2.19).
fn escape(text: &str, into: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\t' | '\n' => into.push(c),
            '_' if is_escape(&text[at..]) => into.push_str("_x005F_"),
            c if c.is_ascii_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                into.push_str(&format!("_x{:04X}_", u32::from(c)));
            }
            c => into.push(c),
        }
    }
}

fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7 && bytes[1] == b'x' && bytes[6] == b'_' && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        let mut escaped = String::new();

        escape("<a> & _x0041_ _x1_ \u{1}\r\n", &mut escaped);

        assert_eq!(escaped, "&lt;a&gt; &amp; _x005F_x0041_ _x1_ _x0001__x000D_\n");
    }

    #[test]
    fn a_full_sheet_is_followed_by_another_with_the_same_headings() {
        let written = Written::default();
        let mut workbook = Workbook::of(written.clone(), &["id".to_owned()], 3).unwrap();
        for n in 0..5 {
            workbook.row(&[n.to_string()]).unwrap();
        }
        workbook.close().unwrap();

        let mut archive = zip::ZipArchive::new(io::Cursor::new(written.take())).unwrap();

        let mut text =
            |name: &str| io::read_to_string(archive.by_name(name).unwrap()).unwrap().matches("<row").count();
        assert_eq!(text("xl/worksheets/sheet1.xml"), 3);
        assert_eq!(text("xl/worksheets/sheet2.xml"), 3);
        assert_eq!(text("xl/worksheets/sheet3.xml"), 2);
        assert_eq!(text("xl/workbook.xml"), 0);
    }
}
