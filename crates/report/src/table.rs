//! A plain table for a terminal, and CSV: answers to queries.

use crate::style::Style;
use crate::text::{cut, safe};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// A cell is not wider than that.
const MAX_CELL: usize = 60;

/// Makes the rows, one at a time; called once for each time that they are gone through.
pub type Rows<'a> = &'a dyn Fn() -> Box<dyn Iterator<Item = Vec<String>> + 'a>;

/// Rows under a header, in columns as wide as their widest cell.
pub fn write(header: &[String], rows: Rows<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = |cell: &str| cut(&safe(cell), MAX_CELL);
    let mut widths: Vec<usize> = header.iter().map(|name| name.width()).collect();
    for row in rows() {
        for (width, cell) in widths.iter_mut().zip(&row) {
            *width = (*width).max(shown(cell).width());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{}", style.bold(&line(header)))?;
    for row in rows() {
        writeln!(out, "{}", line(&row.iter().map(|cell| shown(cell)).collect::<Vec<_>>()))?;
    }
    Ok(())
}

/// RFC 4180, with a header line.
pub fn csv(header: &[String], rows: Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    for row in std::iter::once(header.to_vec()).chain(rows()) {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        out.write_all(cells.join(",").as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    Ok(())
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_csv_is_quoted() {
        let header = ["Host".to_owned(), "n".to_owned()];
        let rows = vec![vec!["web-01".to_owned(), "1".to_owned()], vec!["a,\"b\"".to_owned(), "22".to_owned()]];
        let mut out = Vec::new();
        write(&header, &|| Box::new(rows.clone().into_iter()), Style::PLAIN, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Host    n\nweb-01  1\na,\"b\"   22\n");
        let mut out = Vec::new();
        csv(&header, &|| Box::new(rows.clone().into_iter()), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Host,n\r\nweb-01,1\r\n\"a,\"\"b\"\"\",22\r\n");
    }
}
