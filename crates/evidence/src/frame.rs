//! What readers of lines have in common: the way through a block's lines with what is told of those that are not understood, and the
//! placing of what a record says into the columns that are wanted.

use crate::lines::{Block, Line};
use crate::{ColumnBuilder, Input, ReadContext, TableBuilder};
use std::sync::Arc;

/// Gives each line of a block that is not blank, without the zeros of a crash. What `take` says of a line that it does not understand
/// is told as an error with its place.
pub(crate) fn each_line<'b>(
    block: &'b Block,
    reader: &'static str,
    cx: &ReadContext<'_>,
    mut take: impl FnMut(Line<'b>, &str) -> Result<(), String>,
) {
    for line in block.lines() {
        let bytes = line.sound(reader, &block.input, cx);
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        if let Err(reason) = take(line, &String::from_utf8_lossy(bytes)) {
            cx.error(&block.input, reader, Some(line.offset), Some(line.record), reason);
        }
    }
}

/// What fills each wanted column of a table, in their order.
#[derive(Clone)]
pub(crate) struct Places<P> {
    table: Arc<str>,
    columns: Vec<Option<P>>,
}

impl<P: Copy> Places<P> {
    /// `of` tells by a column's name and type what fills it.
    pub(crate) fn new(table: &'static str, cx: &ReadContext<'_>, of: impl Fn(&model::Column) -> Option<P>) -> Self {
        let columns = cx.columns(table).map(|schema| schema.columns.iter().map(of).collect());
        Self { table: table.into(), columns: columns.unwrap_or_default() }
    }

    /// The same from a list of columns that are known.
    pub(crate) fn named(table: &'static str, cx: &ReadContext<'_>, known: &[(&str, P)]) -> Self {
        Self::new(table, cx, |column| known.iter().find(|(name, _)| *name == &*column.name).map(|(_, put)| *put))
    }

    /// Rows of a piece of a file.
    pub(crate) fn rows(&self, input: &Input, cx: &ReadContext<'_>) -> Rows<'_, P> {
        let builder = cx.columns(&self.table).map(|schema| TableBuilder::new(&schema, input));
        Rows { places: self, builder, count: 0 }
    }
}

/// Rows in the making.
pub(crate) struct Rows<'p, P> {
    places: &'p Places<P>,
    /// `None` when rows are only to be counted.
    builder: Option<TableBuilder>,
    count: u64,
}

impl<P: Copy> Rows<'_, P> {
    /// Counts a record; whether it is wanted, too, and then is to be given to [`Self::put`].
    pub(crate) fn count(&mut self) -> bool {
        self.count += 1;
        self.builder.is_some()
    }

    /// Writes a record that was counted.
    pub(crate) fn put(&mut self, line: Line<'_>, put: impl Fn(P, &mut ColumnBuilder)) {
        let Some(builder) = &mut self.builder else { return };
        for (place, column) in self.places.columns.iter().zip(&mut builder.columns) {
            match place {
                Some(place) => put(*place, column),
                None => column.missing(),
            }
        }
        builder.end_row(line.record, Some(line.offset));
    }

    /// Hands over what was written.
    pub(crate) fn end(self, input: &Input, cx: &ReadContext<'_>) {
        cx.records(&self.places.table, self.count);
        if let Some(mut builder) = self.builder.filter(|builder| !builder.is_empty()) {
            cx.emit(input, &self.places.table, builder.finish());
        }
    }
}
