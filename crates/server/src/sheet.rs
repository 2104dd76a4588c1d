//! Tables for people's spreadsheets, written row by row and taken away piece by piece: however long a table is, what is in
//! memory of it is short. docs/bulk.md#export.

mod columns;
mod harmless;
mod xlsx;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub use columns::{Columns, FIXED, Fixed, headings};
pub use harmless::restore;

use harmless::guard;
use xlsx::Workbook;

/// In what form a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, in UTF-8.
    Csv,
    /// The same behind a byte order mark, by which Excel knows the encoding.
    CsvWithBom,
    /// Office Open XML, ISO/IEC 29500.
    Xlsx,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Csv, Self::CsvWithBom, Self::Xlsx];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvWithBom => "csvWithBom",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvWithBom => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// What such a file is called.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvWithBom => "registrants.csv",
            Self::Xlsx => "registrants.xlsx",
        }
    }
}

/// A table that is being written.
pub struct Sheet {
    kind: Kind,
    written: Written,
}

enum Kind {
    Csv(Box<csv::Writer<Written>>),
    Xlsx(Box<Workbook>),
}

impl Sheet {
    /// Begins a table with a row of headings.
    pub fn open(format: Format, headings: &[String]) -> io::Result<Self> {
        let mut written = Written::default();
        let kind = match format {
            Format::Xlsx => Kind::Xlsx(Box::new(Workbook::open(written.clone(), headings)?)),
            Format::Csv | Format::CsvWithBom => {
                if format == Format::CsvWithBom {
                    written.write_all("\u{feff}".as_bytes())?;
                }
                let mut builder = csv::WriterBuilder::new();
                let builder = builder.terminator(csv::Terminator::CRLF);
                Kind::Csv(Box::new(builder.from_writer(written.clone())))
            }
        };
        let mut sheet = Self { kind, written };
        if let Kind::Csv(_) = sheet.kind {
            sheet.row(headings)?;
        }
        Ok(sheet)
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[String]) -> io::Result<()> {
        match &mut self.kind {
            Kind::Csv(csv) => Ok(csv.write_record(cells.iter().map(|cell| guard(cell).into_owned()))?),
            Kind::Xlsx(workbook) => workbook.row(cells),
        }
    }

    /// What was written since the last time, as far as it can be taken.
    pub fn take(&mut self) -> io::Result<Vec<u8>> {
        if let Kind::Csv(csv) = &mut self.kind {
            csv.flush()?;
        }
        Ok(self.written.take())
    }

    /// Ends the table and gives the rest of it.
    pub fn close(mut self) -> io::Result<Vec<u8>> {
        match self.kind {
            Kind::Csv(ref mut csv) => csv.flush()?,
            Kind::Xlsx(workbook) => workbook.close()?,
        }
        Ok(self.written.take())
    }
}

/// Where a table is written to, and taken from.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_written_as_rfc_4180_says() {
        let mut sheet = Sheet::open(Format::CsvWithBom, &["id".to_owned(), "Why?".to_owned()]).unwrap();
        sheet.row(&["1".to_owned(), "so, \"now\"\nor never".to_owned()]).unwrap();
        let first = sheet.take().unwrap();
        sheet.row(&["2".to_owned(), "=1+1".to_owned()]).unwrap();

        let text = [first, sheet.close().unwrap()].concat();

        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "\u{feff}id,Why?\r\n1,\"so, \"\"now\"\"\nor never\"\r\n2,'=1+1\r\n");
    }
}
