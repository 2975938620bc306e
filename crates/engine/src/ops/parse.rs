//! `parse`, `parse-where` and `parse-kv`: columns out of text.

use super::column;
use crate::error::{ARGUMENT, EngineError};
use crate::functions::parse::{KvParser, Parser};
use crate::node::{Operator, Run};
use arrow::array::{ArrayRef, AsArray};
use arrow::compute;
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use arrow::record_batch::RecordBatch;
use model::KqlType;
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) enum How {
    Pattern { parser: Arc<Parser>, only_matches: bool },
    Pairs(Arc<KvParser>),
}

/// Takes the text column `source` away and appends the captures.
#[derive(Clone, Debug)]
pub(crate) struct Parse {
    pub how: How,
    /// Tells patterns apart.
    pub text: String,
    pub source: String,
    pub outputs: Vec<(String, KqlType)>,
}

impl Operator for Parse {
    fn name(&self) -> &'static str {
        "KqlParse"
    }

    fn key(&self) -> String {
        format!("{} {} {:?}", self.source, self.text, self.outputs)
    }

    fn output(&self, input: &ArrowSchema) -> Result<Vec<Field>, EngineError> {
        let mut fields: Vec<Field> = input.fields().iter().filter(|f| *f.name() != self.source).map(|f| f.as_ref().clone()).collect();
        fields.extend(self.outputs.iter().map(|(name, t)| Field::new(name, t.arrow(), t.nullable())));
        Ok(fields)
    }

    fn keeps_filters(&self) -> Option<Vec<String>> {
        Some(self.outputs.iter().map(|(name, _)| name.clone()).collect())
    }

    fn start(&self, _input: &SchemaRef, output: SchemaRef) -> Result<Box<dyn Run>, EngineError> {
        Ok(Box::new(ParseRun { parse: self.clone(), output }))
    }
}

struct ParseRun {
    parse: Parse,
    output: SchemaRef,
}

impl Run for ParseRun {
    fn push(&mut self, batch: RecordBatch, out: &mut VecDeque<RecordBatch>) -> Result<(), EngineError> {
        let texts = column(&batch, &self.parse.source)?;
        let texts = texts.as_string_view();
        let failed = |e: crate::functions::FunctionError| EngineError::new(ARGUMENT, e.to_string());
        let (captures, matched) = match &self.parse.how {
            How::Pattern { parser, only_matches } => {
                let (captures, matched) = parser.run(texts).map_err(failed)?;
                (captures, only_matches.then_some(matched))
            }
            How::Pairs(parser) => (parser.run(texts).map_err(failed)?, None),
        };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.output.fields().len());
        for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
            if *field.name() != self.parse.source {
                columns.push(Arc::clone(values));
            }
        }
        columns.extend(captures);
        let mut done = super::batch(&self.output, columns, batch.num_rows())?;
        if let Some(matched) = matched {
            done = compute::filter_record_batch(&done, &matched)?;
        }
        out.push_back(done);
        Ok(())
    }
}
