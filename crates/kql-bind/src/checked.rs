//! The checked form: a query with every name resolved and every type known. An engine lowers it without asking anything more.
//!
//! Columns are referred to by position in the input of the operator at hand. Functions are the typed forms of Kusto's: the same
//! name with other argument types is another function.

use kql_syntax::Span;
use model::{KqlType, Schema, Value};
use std::sync::Arc;

/// A tabular expression.
#[derive(Clone, Debug)]
pub struct Rel {
    pub kind: RelKind,
    pub schema: Schema,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum RelKind {
    /// All columns of a table of the catalog.
    Scan {
        table: Arc<str>,
    },
    /// Rows at hand: `datatable`, a watchlist, pinned external data.
    Table(Arc<model::NamedTable>),
    /// Constant rows.
    Values {
        rows: Vec<Vec<Value>>,
    },
    /// One row without columns; `print` projects over it.
    Unit,
    /// No rows: a table that a fuzzy union did not find.
    Empty,
    /// `range column from … to … step …`; scalars without columns.
    Range {
        from: Scalar,
        to: Scalar,
        step: Scalar,
    },
    Filter {
        input: Arc<Rel>,
        predicate: Scalar,
    },
    /// One expression a column of the schema. Stands for `extend`, `project` and all their kin.
    Project {
        input: Arc<Rel>,
        exprs: Vec<Scalar>,
    },
    /// The schema is the keys, then the aggregates. Without keys there is always one row.
    Aggregate {
        input: Arc<Rel>,
        keys: Vec<Scalar>,
        aggregates: Vec<Aggregate>,
    },
    /// Over all columns.
    Distinct {
        input: Arc<Rel>,
    },
    /// Stable. `limit` for `top`.
    Sort {
        input: Arc<Rel>,
        keys: Vec<SortKey>,
        limit: Option<Scalar>,
    },
    Take {
        input: Arc<Rel>,
        count: Scalar,
    },
    /// The schema: for `inner`, `left…`, `right…outer` and `full` the left columns, then the right ones (already renamed where they
    /// collide); for the semi and anti kinds the columns of the side that is kept.
    Join {
        left: Arc<Rel>,
        right: Arc<Rel>,
        kind: JoinKind,
        on: Vec<(Scalar, Scalar)>,
    },
    /// Inputs have the schema of the union, column by column.
    Union {
        inputs: Vec<Arc<Rel>>,
    },
    /// The schema: the input's columns, each expanded one replaced or appended at `outputs`, then the index.
    MvExpand(MvExpand),
    /// `body` runs once for each row of `expand.input`, over its expanded rows (the schema of [`RelKind::ApplyInput`], the one leaf that
    /// stands for them, is that of `expand` as an [`RelKind::MvExpand`]). The schema: the columns `outer` of `expand.input`, then all of `body`'s.
    MvApply {
        expand: MvExpand,
        body: Arc<Rel>,
        outer: Vec<usize>,
    },
    /// Inside an `mv-apply` body: the rows of the array at hand.
    ApplyInput,
    /// The schema: the input's columns, each captured one replaced or appended at `outputs`.
    Parse {
        input: Arc<Rel>,
        operand: Scalar,
        pattern: Arc<ParsePattern>,
        outputs: Vec<usize>,
    },
    /// `parse-kv`: one output a key.
    ParseKv {
        input: Arc<Rel>,
        operand: Scalar,
        pattern: Arc<KvPattern>,
        outputs: Vec<usize>,
    },
    MakeSeries(Box<MakeSeries>),
    /// Row order is fixed from here on.
    Serialize {
        input: Arc<Rel>,
    },
    /// Computed once and used wherever the same `id` stands: `materialize`, a tabular `let` used twice.
    Shared {
        id: usize,
        input: Arc<Rel>,
    },
    /// A plugin whose columns depend on data; the schema is what the query declared, or what a first run found.
    Plugin {
        name: &'static str,
        input: Arc<Rel>,
        args: Vec<Scalar>,
    },
}

#[derive(Clone, Debug)]
pub struct MvExpand {
    pub input: Arc<Rel>,
    pub columns: Vec<ExpandColumn>,
    /// Where each column's values go in the output schema.
    pub outputs: Vec<usize>,
    /// Position of the `with_itemindex` column in the output.
    pub item_index: Option<usize>,
    pub limit: Option<Scalar>,
    /// `bagexpansion=array`: a bag becomes `[key, value]`.
    pub bag_as_array: bool,
}

#[derive(Clone, Debug)]
pub struct ExpandColumn {
    /// Dynamic.
    pub expr: Scalar,
    /// What each element is converted to; `Dynamic` for none.
    pub to: KqlType,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ParseMode {
    Simple,
    Relaxed,
    /// With the flags as written (`U`, `i`, …).
    Regex(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ParsePattern {
    pub mode: ParseMode,
    pub parts: Vec<ParsePart>,
    /// `parse-where`: rows that do not match are dropped.
    pub only_matches: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ParsePart {
    Star,
    Text(String),
    /// The next of the captures, in the order of `outputs`.
    Capture {
        name: String,
        kql_type: KqlType,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KvPattern {
    pub keys: Vec<(String, KqlType)>,
    /// Empty, with the other: any character that is no letter or digit delimits.
    pub pair_delimiter: String,
    pub kv_delimiter: String,
    pub quote: Vec<String>,
    pub escape: Option<String>,
    pub regex: Option<String>,
    pub greedy: bool,
}

#[derive(Clone, Debug)]
pub struct MakeSeries {
    pub input: Arc<Rel>,
    pub aggregates: Vec<(Aggregate, Option<Scalar>)>,
    pub axis: Scalar,
    pub from: Option<Scalar>,
    pub to: Option<Scalar>,
    pub step: Scalar,
    pub keys: Vec<Scalar>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// The left side is made unique by key first: the first row in order.
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

#[derive(Clone, Debug)]
pub struct SortKey {
    pub expr: Scalar,
    pub ascending: bool,
    pub nulls_first: bool,
}

/// A call of an aggregate.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Kusto's name: `count`, `dcountif`, `arg_max`, … `arg_max(x, *)` comes as one [`Aggregate`] an output column, all with the
    /// same first argument and the column as the second, in one `group`.
    pub name: &'static str,
    pub args: Vec<Scalar>,
    pub kql_type: KqlType,
    /// Aggregates of one `arg_max`, `arg_min` or `take_any` take all their values from the same row.
    pub group: Option<usize>,
    pub span: Span,
}

/// A scalar expression.
#[derive(Clone, Debug)]
pub struct Scalar {
    pub kind: ScalarKind,
    pub kql_type: KqlType,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ScalarKind {
    Literal(Value),
    /// By position in the input.
    Column(usize),
    /// A typed form: `name` with the types of `args`. Operators are functions too, named by their KQL text: `+`, `==`, `has`, `!in~`, `and`,
    /// `between`, `[]` (element by a computed index), … `in` and its family have the operand first, then the list; a list in one
    /// dynamic argument stays one. `iff` and `case` keep their branches, widened to one type.
    Call {
        name: &'static str,
        args: Vec<Scalar>,
    },
    /// Constant steps into a dynamic.
    Path {
        base: Box<Scalar>,
        steps: Vec<PathStep>,
    },
    /// `now()` of the run, and what rests on it: a datetime.
    Now,
    /// `toscalar(rel)`: its first column's first value, or null.
    ToScalar(Arc<Rel>),
    /// The first column of a tabular expression as one dynamic array, for the list of `in`, `has_any`, …
    List(Arc<Rel>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathStep {
    Key(String),
    /// Negative counts from the end.
    Index(i64),
}

impl Scalar {
    pub fn literal(value: Value, span: Span) -> Self {
        Self { kql_type: value.kql_type(), kind: ScalarKind::Literal(value), span }
    }

    pub fn column(index: usize, kql_type: KqlType, span: Span) -> Self {
        Self { kind: ScalarKind::Column(index), kql_type, span }
    }

    pub fn call(name: &'static str, args: Vec<Scalar>, kql_type: KqlType, span: Span) -> Self {
        Self { kind: ScalarKind::Call { name, args }, kql_type, span }
    }
}
