//! The tree: what a query says, with the place of every part. Nothing is resolved: `T` may be a table, a column or a `let`.
//!
//! Tabular and scalar expressions are one type, as only the binder can tell them apart (`let x = T;`).
//! Parentheses leave no trace but in the span.
//! What could not be parsed is [`ExprKind::Error`] or [`OperatorKind::Error`]; a diagnostic says why.

use crate::span::Span;

/// A whole text: statements between semicolons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `let name = value`; a function is [`ExprKind::Function`].
    Let { name: Name, value: Expr },
    /// A tabular expression, or a lone scalar (which the binder refuses).
    Expr(Expr),
    /// `set name = value`.
    Set { name: Name, value: Option<Expr> },
    /// `declare`, `alias`, `restrict` and `pattern` statements: parsed over, refused by the binder.
    Other { keyword: Name },
}

/// An identifier as meant: `['a b']` is `a b`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    /// A column, table, let, or parameter. `$left` and `$right` are names too.
    Name(Name),
    /// A name with `*` in it, where one may stand: `union Device*`, `project-away *_s`.
    Wildcard(Name),
    /// `*` alone.
    Star,
    /// `base.name`; also `$left.key`, `database('x').T`.
    Member {
        base: Box<Expr>,
        name: Name,
    },
    /// `base[index]`.
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    /// `name(args)`; also `toscalar`, `materialize`, `datetime_diff`, `view`, … Aggregates too.
    Call {
        name: Name,
        args: Vec<Arg>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x between (low .. high)`, `x !between (…)`.
    Between {
        negated: bool,
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// `x in (list)` and its family. One element may be a whole tabular expression.
    In {
        op: InOp,
        op_span: Span,
        operand: Box<Expr>,
        list: Vec<Expr>,
    },
    /// `source | operator | operator`.
    Pipe {
        source: Box<Expr>,
        operators: Vec<Operator>,
    },
    /// An operator that starts a pipe: `print`, `range`, `union`, `search`, `find`, `datatable`, `externaldata`, `evaluate`.
    Source(Box<Operator>),
    /// `(parameters) { body }`; `view () { … }` with the flag.
    Function {
        view: bool,
        parameters: Vec<Parameter>,
        body: Script,
    },
    /// `typeof(string)`, as in `to typeof(string)`; inside, the type's name, or columns for a tabular type.
    TypeOf(Vec<TypeName>),
    /// Kept for what needs it; the parser gives the inner expression itself.
    Parenthesized(Box<Expr>),
    /// `(name1, name2)` on the left of an assignment in `extend`, `project`, `summarize`.
    Names(Vec<Name>),
    /// `base.name(args)`, as in `cluster('x').database('y').T`.
    MemberCall {
        base: Box<Expr>,
        name: Name,
        args: Vec<Arg>,
    },
    Error,
}

/// `name: type` within a schema, or a lone type with an empty name.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    pub name: Option<Name>,
    /// The type as written: `string`, `long`, …
    pub kind: Name,
}

/// An argument, maybe named: `f(x, starttime=ago(1d))`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Name>,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: Name,
    pub kind: ParameterKind,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParameterKind {
    /// The type as written.
    Scalar(Name),
    /// `T:(*)`.
    AnyTable,
    /// `T:(a:long, b:string)`.
    Table(Vec<TypeName>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Bool(bool),
    /// An integer without a type of its own (`long`, or what its context asks for). Beyond `i64`, the parser gives an error.
    Long(i64),
    /// `int(5)`.
    Int(i32),
    Real(f64),
    /// The text inside `decimal(…)`.
    Decimal(String),
    /// Ticks since 0001-01-01.
    DateTime(i64),
    /// Ticks.
    TimeSpan(i64),
    /// Lower-case, with dashes.
    Guid(String),
    String(String),
    Dynamic(Dynamic),
    /// `int(null)`, `datetime(null)`, `dynamic(null)`, …: the type's name.
    Null(&'static str),
    /// `datetime(…)`, `guid(…)`, … whose text is not of the type; a diagnostic was given.
    Bad,
}

/// A `dynamic(…)` literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Dynamic {
    /// Kept with its type where it is written as a KQL literal (`dynamic([datetime(2024-01-01)])`).
    Scalar(Box<Literal>),
    Null,
    Array(Vec<Dynamic>),
    /// In the order written; a repeated key keeps its last value.
    Bag(Vec<(String, Dynamic)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Minus,
    Plus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `=~`, `!~`.
    EqualTilde,
    NotEqualTilde,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    /// The operators written as words. `NotX` is `!x`; `XCs` is `x_cs`.
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    MatchesRegex,
    /// `:` of `search`.
    Colon,
    /// `name = expr`, where one may stand; `left` is a name or a parenthesised list of names.
    Assign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InOp {
    /// `in`, `!in`, `in~`, `!in~`.
    In,
    NotIn,
    InTilde,
    NotInTilde,
    HasAny,
    HasAll,
}

/// One step of a pipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    pub kind: OperatorKind,
    /// The operator's own name, as written.
    pub keyword: Name,
    pub span: Span,
}

/// `kind=inner`, `hint.strategy=shuffle`, `isfuzzy=true`, `withsource=Name`, …
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub name: Name,
    /// A name or a literal; a `hint.…` may have anything.
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub enum OperatorKind {
    Where {
        predicate: Expr,
    },
    Extend {
        columns: Vec<Expr>,
    },
    Project {
        columns: Vec<Expr>,
    },
    ProjectAway {
        columns: Vec<Expr>,
    },
    ProjectKeep {
        columns: Vec<Expr>,
    },
    /// Each is `new = old`.
    ProjectRename {
        columns: Vec<Expr>,
    },
    ProjectReorder {
        columns: Vec<OrderedName>,
    },
    ProjectByNames {
        columns: Vec<Expr>,
    },
    Summarize {
        options: Vec<Setting>,
        aggregates: Vec<Expr>,
        by: Vec<Expr>,
    },
    Distinct {
        options: Vec<Setting>,
        columns: Vec<Expr>,
    },
    Sort {
        options: Vec<Setting>,
        by: Vec<SortKey>,
    },
    Top {
        options: Vec<Setting>,
        count: Expr,
        by: Vec<SortKey>,
    },
    Take {
        options: Vec<Setting>,
        count: Expr,
    },
    Count,
    Join {
        options: Vec<Setting>,
        right: Expr,
        on: Vec<Expr>,
    },
    Lookup {
        options: Vec<Setting>,
        right: Expr,
        on: Vec<Expr>,
    },
    Union {
        options: Vec<Setting>,
        tables: Vec<Expr>,
    },
    MvExpand {
        options: Vec<Setting>,
        columns: Vec<ExpandColumn>,
        limit: Option<Expr>,
    },
    MvApply {
        options: Vec<Setting>,
        columns: Vec<ExpandColumn>,
        limit: Option<Expr>,
        body: Vec<Operator>,
    },
    Parse {
        only_matches: bool,
        options: Vec<Setting>,
        operand: Expr,
        pattern: Vec<PatternPart>,
    },
    ParseKv {
        operand: Expr,
        columns: Vec<TypeName>,
        options: Vec<Setting>,
    },
    Serialize {
        columns: Vec<Expr>,
    },
    GetSchema,
    Render {
        chart: Name,
        options: Vec<Setting>,
    },
    Invoke {
        call: Expr,
    },
    As {
        options: Vec<Setting>,
        name: Name,
    },
    /// `evaluate plugin(args) : (schema)`.
    Evaluate {
        options: Vec<Setting>,
        call: Expr,
        schema: Option<Vec<TypeName>>,
    },
    /// Each aggregate is `[name =] aggregate [default = x]`.
    MakeSeries {
        options: Vec<Setting>,
        aggregates: Vec<SeriesAggregate>,
        on: Expr,
        from: Option<Expr>,
        to: Option<Expr>,
        step: Option<Expr>,
        by: Vec<Expr>,
    },
    Sample {
        count: Expr,
    },
    SampleDistinct {
        count: Expr,
        of: Expr,
    },
    Search {
        options: Vec<Setting>,
        tables: Vec<Expr>,
        predicate: Expr,
    },
    Print {
        columns: Vec<Expr>,
    },
    Range {
        column: Name,
        from: Expr,
        to: Expr,
        step: Expr,
    },
    DataTable {
        columns: Vec<TypeName>,
        values: Vec<Expr>,
    },
    ExternalData {
        columns: Vec<TypeName>,
        addresses: Vec<Expr>,
        options: Vec<Setting>,
    },
    Consume {
        options: Vec<Setting>,
    },
    /// Part of the language that has no tree here (`scan`, `partition`, `fork`, `facet`, `top-nested`, `top-hitters`, `reduce`,
    /// `find`, `graph-…`, `macro-expand`, …): its tokens are skipped to the next `|`, balanced. The binder refuses it by name.
    Unplanned,
    /// Not an operator of KQL; a diagnostic was given.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OrderedName {
    /// A name, wildcard or star.
    pub column: Expr,
    pub order: Option<NameOrder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrder {
    Asc,
    Desc,
    GrannyAsc,
    GrannyDesc,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Expr,
    /// `Some(true)` for `asc`.
    pub ascending: Option<bool>,
    pub nulls_first: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExpandColumn {
    /// `[name =] expr`.
    pub expr: Expr,
    pub to: Option<TypeName>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PatternPart {
    Star(Span),
    /// A literal to find.
    Text(String, Span),
    /// A capture, with its type where written.
    Capture {
        name: Name,
        kind: Option<Name>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeriesAggregate {
    pub expr: Expr,
    pub default: Option<Expr>,
}
