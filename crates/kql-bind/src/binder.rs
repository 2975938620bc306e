//! From a text to its checked form: statements, and what a name at the head of a pipe means.

use crate::checked::{Rel, RelKind, Scalar};
use crate::scope::{Binding, Ctx, Env, UserFunction};
use crate::{rewrite, share, suggest};
use kql_syntax::ast::{Expr, ExprKind, Name, Operator, Script, Statement, StatementKind};
use kql_syntax::{Diagnostic, Level, Span};
use model::{Catalog, Schema};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Expressions, pipes and functions may nest this deep, all told.
const MAX_DEPTH: usize = 400;
/// Operators in a query, with those of the functions it calls.
const MAX_OPERATORS: usize = 5_000;
/// Parts of expressions in a query, with those that `let` and functions put in: substitution can double them at each step.
const MAX_PARTS: usize = 1_000_000;
/// Statements in a query.
const MAX_STATEMENTS: usize = 5_000;
/// Steps of tables, those of a `let` counted wherever it is used.
const MAX_TABLES: usize = 20_000;
/// Room for [`MAX_DEPTH`].
const STACK: usize = 64 << 20;

/// A query, checked.
#[derive(Clone, Debug)]
pub struct Bound {
    pub rel: Arc<Rel>,
    pub warnings: Vec<Diagnostic>,
    /// What `render` asks for: `timechart`.
    pub render: Option<String>,
}

/// Parses a query and resolves its names and types. The diagnostics have at least one error.
pub fn bind(text: &str, catalog: &dyn Catalog) -> Result<Bound, Vec<Diagnostic>> {
    // Binding is recursive, and the caller's stack may be small.
    std::thread::scope(|scope| {
        let work = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || bind_here(text, catalog));
        let failed = |why: &str| vec![Diagnostic::error("PH0299", Span::default(), format!("the query was not checked: {why}"))];
        match work {
            Ok(handle) => handle.join().unwrap_or_else(|_| Err(failed("the check failed; this is a fault of Poolhound"))),
            Err(e) => Err(failed(&format!("no thread could be started ({e})"))),
        }
    })
}

fn bind_here(text: &str, catalog: &dyn Catalog) -> Result<Bound, Vec<Diagnostic>> {
    let parsed = kql_syntax::parse(text);
    if parsed.diagnostics.iter().any(|d| d.level == Level::Error) {
        return Err(parsed.diagnostics);
    }
    let mut binder = Binder {
        catalog,
        warnings: parsed.diagnostics,
        render: None,
        ids: 0,
        depth: 0,
        operators: 0,
        parts: 0,
        at: None,
        named: Vec::new(),
        hidden: Vec::new(),
        stored: BTreeMap::new(),
        calls: Vec::new(),
    };
    match binder.script(&parsed.script, &Env::default()).and_then(|rel| binder.within_limits(rel)) {
        Ok(rel) => Ok(Bound { rel: share::settle(&rel), warnings: binder.warnings, render: binder.render }),
        Err(error) => {
            let mut all = vec![*error];
            all.append(&mut binder.warnings);
            Err(all)
        }
    }
}

/// Boxed, as it is seldom there and large.
pub(crate) type Fail = Box<Diagnostic>;
pub(crate) type Bind<T> = Result<T, Fail>;

/// A value that is not yet known to be a table or a scalar.
pub(crate) enum Any {
    Scalar(Scalar),
    Table(Arc<Rel>),
}

pub(crate) struct Binder<'a> {
    pub(crate) catalog: &'a dyn Catalog,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) render: Option<String>,
    ids: usize,
    pub(crate) depth: usize,
    operators: usize,
    parts: usize,
    /// Inside a stored function: the call in the query's own text, where all that is said points to.
    pub(crate) at: Option<Span>,
    /// What `as` has named so far.
    pub(crate) named: Vec<(String, Arc<Rel>)>,
    /// In an `mv-apply`: the outer columns, which `*` does not mean.
    pub(crate) hidden: Vec<Arc<str>>,
    pub(crate) stored: BTreeMap<String, Rc<UserFunction>>,
    /// The functions that are being bound, outermost first.
    pub(crate) calls: Vec<String>,
}

impl Binder<'_> {
    // Saying

    /// The place to tell of.
    pub(crate) fn span(&self, span: Span) -> Span {
        self.at.unwrap_or(span)
    }

    pub(crate) fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Fail {
        Box::new(Diagnostic::error(code, self.span(span), message))
    }

    pub(crate) fn fail<T>(&self, code: &'static str, span: Span, message: impl Into<String>) -> Bind<T> {
        Err(self.error(code, span, message))
    }

    /// Part of KQL that is not built.
    pub(crate) fn refuse<T>(&self, span: Span, what: &str) -> Bind<T> {
        self.fail("PH0201", span, format!("{what} is part of KQL, but Poolhound cannot run it yet"))
    }

    pub(crate) fn warn(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        let warning = Diagnostic::warning(code, self.span(span), message);
        if self.warnings.len() < 100 && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(crate) fn elsewhere<T>(&self, span: Span, name: &str) -> Bind<T> {
        self.fail("PH0203", span, format!("`{name}(…)` reaches another place; only the tables at hand can be read"))
    }

    /// A number that was not given out before; never 0.
    pub(crate) fn fresh(&mut self) -> usize {
        self.ids += 1;
        self.ids
    }

    /// Goes one level deeper.
    pub(crate) fn nested<T>(&mut self, span: Span, step: impl FnOnce(&mut Self) -> Bind<T>) -> Bind<T> {
        if self.depth >= MAX_DEPTH {
            return self
                .fail("PH0102", span, format!("this nests more than {MAX_DEPTH} deep"))
                .map_err(|e: Fail| Box::new(e.with_help("split the query with `let`, or call fewer functions within functions")));
        }
        self.spend(1, span)?;
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// Counts parts of expressions.
    pub(crate) fn spend(&mut self, parts: usize, span: Span) -> Bind<()> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MAX_PARTS {
            return self.fail(
                "PH0102",
                span,
                format!("with its `let` statements and functions put in, the query has more than {MAX_PARTS} parts"),
            );
        }
        Ok(())
    }

    /// The query, unless its tables, put in wherever they are used, come to more than can be planned.
    fn within_limits(&self, rel: Arc<Rel>) -> Bind<Arc<Rel>> {
        if crate::share::size(&rel) > MAX_TABLES {
            return self
                .fail(
                    "PH0102",
                    rel.span,
                    format!("with its `let` statements and functions put in, the query has more than {MAX_TABLES} steps"),
                )
                .map_err(|e: Fail| Box::new(e.with_help("`materialize` a table that is used many times")));
        }
        Ok(rel)
    }

    pub(crate) fn rel(&self, kind: RelKind, schema: Schema, span: Span) -> Arc<Rel> {
        Arc::new(Rel { kind, schema, span: self.span(span) })
    }

    // Statements

    /// The query: its last tabular statement, with what stands before it in scope.
    fn script(&mut self, script: &Script, env: &Env) -> Bind<Arc<Rel>> {
        let Some((any, span)) = self.statements(script, env, 0)? else {
            return self.fail(
                "KS195",
                Span::default(),
                if script.statements.is_empty() {
                    "there is no query here"
                } else {
                    "there is no query here, only statements that declare something"
                },
            );
        };
        match any {
            Any::Table(rel) => Ok(rel),
            Any::Scalar(_) => Err(Box::new(
                Diagnostic::error("KS138", span, "a query must be a table; this is a single value").with_help("put `print` before it"),
            )),
        }
    }

    /// The value of a sequence of statements: that of its one expression.
    pub(crate) fn statements(&mut self, script: &Script, env: &Env, row_id: usize) -> Bind<Option<(Any, Span)>> {
        if script.statements.len() > MAX_STATEMENTS {
            let span = script.statements.get(MAX_STATEMENTS).map_or_else(Span::default, |s| s.span);
            return self.fail("PH0102", span, format!("more than {MAX_STATEMENTS} statements"));
        }
        let mut env = env.clone();
        let mut declared: Vec<&str> = Vec::new();
        let mut result: Option<(Any, Span)> = None;
        let last = script.statements.iter().rposition(|s| matches!(s.kind, StatementKind::Expr(_)));
        for (i, Statement { kind, span }) in script.statements.iter().enumerate() {
            match kind {
                StatementKind::Let { name, value } => {
                    if declared.contains(&name.text.as_str()) {
                        return self.fail("KS201", name.span, format!("`{}` is declared twice", name.text));
                    }
                    declared.push(&name.text);
                    let binding = self.declare(name, value, &env, row_id)?;
                    env = env.with(&name.text, binding);
                }
                StatementKind::Expr(expr) => {
                    let ctx = Ctx { env: &env, row: None, aggregates: None, row_id };
                    let any = self.any(ctx, expr)?;
                    if Some(i) != last {
                        // `T | as X; X | count` names a result; any other would be a second answer.
                        if !ends_in_as(expr) {
                            return self.refuse(*span, "a query with several results");
                        }
                        continue;
                    }
                    result = Some((any, self.span(expr.span)));
                }
                StatementKind::Set { name, .. } => {
                    self.warn("PH0202", name.span, format!("`set {}` has no effect here", name.text));
                }
                StatementKind::Other { keyword } => return self.refuse(*span, &format!("a `{}` statement", keyword.text)),
            }
        }
        Ok(result)
    }

    fn declare(&mut self, name: &Name, value: &Expr, env: &Env, row_id: usize) -> Bind<Binding> {
        if let ExprKind::Function { view, parameters, body } = &value.kind {
            return Ok(Binding::Function(Rc::new(UserFunction {
                name: name.text.clone(),
                parameters: parameters.clone(),
                body: body.clone(),
                env: env.clone(),
                stored: false,
                view: *view,
            })));
        }
        let ctx = Ctx { env, row: None, aggregates: None, row_id };
        Ok(match self.any(ctx, value)? {
            Any::Scalar(value) => rewrite::binding(value, row_id),
            Any::Table(rel) => Binding::Table(self.shareable(rel)),
        })
    }

    /// A table that a name stands for: computed once, should the name be used twice.
    pub(crate) fn shareable(&mut self, rel: Arc<Rel>) -> Arc<Rel> {
        if matches!(rel.kind, RelKind::Scan { .. } | RelKind::Table(_) | RelKind::Shared { .. } | RelKind::Empty | RelKind::Values { .. }) {
            return rel;
        }
        let (schema, span, id) = (rel.schema.clone(), rel.span, self.fresh());
        Arc::new(Rel { kind: RelKind::Shared { id, input: rel }, schema, span })
    }

    // Values

    /// An expression that may be a table or a scalar.
    pub(crate) fn any(&mut self, ctx: Ctx<'_>, expr: &Expr) -> Bind<Any> {
        self.nested(expr.span, |this| match &expr.kind {
            ExprKind::Parenthesized(inner) => this.any(ctx, inner),
            ExprKind::Pipe { source, operators } => {
                let source = this.table(ctx, source)?;
                Ok(Any::Table(this.pipe(ctx.env, source, operators)?))
            }
            ExprKind::Source(operator) => Ok(Any::Table(this.source(ctx, operator)?)),
            ExprKind::Name(name) => this.any_name(ctx, name),
            ExprKind::Call { name, args } => match this.table_call(ctx, expr, name, args)? {
                Some(any) => Ok(any),
                None => this.scalar(ctx, expr).map(Any::Scalar),
            },
            ExprKind::Member { base, .. } | ExprKind::MemberCall { base, .. }
                if matches!(base.kind, ExprKind::Call { .. } | ExprKind::MemberCall { .. }) =>
            {
                // `cluster('x').database('y').T`: the head says that it is elsewhere.
                match head_call(base) {
                    Some(name) if is_elsewhere(name) => this.elsewhere(expr.span, name),
                    _ => this.scalar(ctx, expr).map(Any::Scalar),
                }
            }
            ExprKind::Wildcard(_) | ExprKind::Star => this.fail("KS005", expr.span, "a table is expected here, not a wildcard"),
            ExprKind::Function { .. } => this.fail("KS005", expr.span, "a function may stand only in a `let` statement"),
            _ => this.scalar(ctx, expr).map(Any::Scalar),
        })
    }

    /// An expression that must be a table.
    pub(crate) fn table(&mut self, ctx: Ctx<'_>, expr: &Expr) -> Bind<Arc<Rel>> {
        match self.any(ctx, expr)? {
            Any::Table(rel) => Ok(rel),
            Any::Scalar(s) => self.fail("KS141", expr.span, format!("a table is expected here, not a {} value", s.kql_type)),
        }
    }

    fn any_name(&mut self, ctx: Ctx<'_>, name: &Name) -> Bind<Any> {
        if ctx.row.is_some_and(|r| r.schema.index_of(&name.text).is_some()) {
            return self.scalar_name(ctx, name).map(Any::Scalar);
        }
        match ctx.env.get(&name.text) {
            Some(Binding::Table(rel)) => return Ok(Any::Table(rel.clone())),
            Some(Binding::Scalar { .. }) => return self.scalar_name(ctx, name).map(Any::Scalar),
            Some(Binding::Function(f)) if f.parameters.iter().all(|p| p.default.is_some()) => {
                let f = f.clone();
                return self.call(ctx, &f, &[], name.span, None);
            }
            _ => {}
        }
        if let Some((_, rel)) = self.named.iter().rev().find(|(n, _)| *n == name.text) {
            return Ok(Any::Table(rel.clone()));
        }
        if let Some(rel) = self.catalog_table(&name.text, name.span) {
            return Ok(Any::Table(rel));
        }
        if let Some(f) = self.stored_function(&name.text, name.span)? {
            return self.call(ctx, &f, &[], name.span, None);
        }
        Err(self.unknown_table(ctx.env, name))
    }

    pub(crate) fn catalog_table(&self, name: &str, span: Span) -> Option<Arc<Rel>> {
        let table = self.catalog.table(name)?;
        Some(self.rel(RelKind::Scan { table: table.name }, table.schema, span))
    }

    pub(crate) fn unknown_table(&self, env: &Env, name: &Name) -> Fail {
        let (tables, functions) = (self.catalog.tables(), self.catalog.functions());
        let candidates = env.iter().map(|(n, _)| n).chain(tables.iter().map(|t| &**t)).chain(functions.iter().map(|f| &**f));
        let mut error = self.error("KS204", name.span, format!("there is no table, function or `let` named `{}`", name.text));
        if let Some(near) = suggest::nearest(&name.text, candidates) {
            error = Box::new(error.with_help(format!("did you mean `{near}`?")));
        }
        error
    }

    // Pipes

    /// The operators one after another over a source.
    pub(crate) fn pipe(&mut self, env: &Env, source: Arc<Rel>, operators: &[Operator]) -> Bind<Arc<Rel>> {
        let hidden = std::mem::take(&mut self.hidden);
        let result = operators.iter().try_fold(source, |input, operator| self.step(env, input, operator));
        self.hidden = hidden;
        result
    }

    pub(crate) fn step(&mut self, env: &Env, input: Arc<Rel>, operator: &Operator) -> Bind<Arc<Rel>> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            return self.fail(
                "PH0102",
                operator.span,
                format!("more than {MAX_OPERATORS} operators, counting those of the functions called"),
            );
        }
        self.operator(env, input, operator)
    }
}

/// Whether a function leads to another cluster, database or workspace.
pub(crate) fn is_elsewhere(name: &str) -> bool {
    matches!(name, "database" | "cluster" | "workspace" | "app" | "resource" | "adx" | "arg")
}

fn head_call(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Call { name, .. } => Some(&name.text),
        ExprKind::Member { base, .. } | ExprKind::MemberCall { base, .. } => head_call(base),
        _ => None,
    }
}

/// Whether a statement only names its result for later ones.
fn ends_in_as(expr: &Expr) -> bool {
    use kql_syntax::ast::OperatorKind;
    match &expr.kind {
        ExprKind::Pipe { operators, .. } => operators.last().is_some_and(|o| matches!(o.kind, OperatorKind::As { .. })),
        ExprKind::Parenthesized(inner) => ends_in_as(inner),
        _ => false,
    }
}
