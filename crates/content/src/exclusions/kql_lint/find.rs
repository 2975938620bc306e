//! The exclusions of a query: what its `where`s and anti joins leave out.

use super::atoms::{Atom, Compare, atom, columns, comparison, flag, literal, strings};
use super::computed::{Computed, Told};
use kql_syntax::ast::{Arg, BinaryOp, Expr, ExprKind, InOp, Literal, Operator, OperatorKind, Script, Statement, StatementKind};
use kql_syntax::span::Span;
use std::collections::BTreeMap;

/// What is left out: rows of which all atoms hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exclusion {
    pub(super) atoms: Vec<Atom>,
    /// Something in it could not be told.
    pub(super) more: bool,
    pub(super) span: Span,
    /// Which predicate it stands in; those of one are joined by `and`.
    pub(super) predicate: Span,
}

type Lists<'a> = BTreeMap<&'a str, &'a Expr>;

/// Columns made of columns, one after the other.
pub(super) const DEEPEST: usize = 8;

pub(super) fn exclusions(script: &Script) -> Vec<Exclusion> {
    let mut finder = Finder { lists: Lists::new(), computed: Computed::default(), run: None, depth: 0, found: Vec::new() };
    finder.script(script);
    finder.found
}

struct Finder<'a> {
    lists: Lists<'a>,
    /// What was made of the rows' columns before.
    computed: Computed<'a>,
    /// The first of several `where`s that follow each other with one comparison each, which are one condition joined by `and`.
    run: Option<Span>,
    depth: usize,
    found: Vec<Exclusion>,
}

impl<'a> Finder<'a> {
    fn script(&mut self, script: &'a Script) {
        for statement in &script.statements {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    self.walk(value);
                    self.lists.insert(name.text.as_str(), value);
                }
                StatementKind::Expr(value) => self.walk(value),
                StatementKind::Set { .. } | StatementKind::Other { .. } => {}
            }
        }
    }

    /// Looks for pipes.
    fn walk(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Pipe { source, operators } => {
                self.walk(source);
                // A pipe has columns of its own, and goes on with those of its source.
                let before = self.computed.clone();
                self.run = None;
                operators.iter().for_each(|operator| self.operator(operator));
                self.run = None;
                self.computed = before;
            }
            ExprKind::Source(operator) => self.operator(operator),
            ExprKind::Function { body, .. } => self.script(body),
            ExprKind::Call { args, .. } | ExprKind::MemberCall { args, .. } => args.iter().for_each(|arg| self.walk(&arg.value)),
            ExprKind::Parenthesized(inner) => self.walk(inner),
            ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|side| self.walk(side)),
            ExprKind::In { list, .. } => list.iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    fn operator(&mut self, operator: &'a Operator) {
        match &operator.kind {
            OperatorKind::Where { predicate } => {
                self.walk(predicate);
                let first = self.found.len();
                self.excluded(predicate, false, predicate.span);
                self.join_to_run(first, predicate.span);
                return;
            }
            OperatorKind::Join { options, right, on } => {
                self.walk(right);
                let anti =
                    options.iter().any(|o| o.name.text == "kind" && matches!(&o.value.kind, ExprKind::Name(n) if n.text.ends_with("anti")));
                if anti {
                    let keys = on.iter().flat_map(|key| columns(key).into_iter().take(1).map(|column| (column, key.span)));
                    let atoms: Vec<Atom> = keys.map(|(column, span)| atom(column, Compare::Equal, "==", Vec::new(), span, span)).collect();
                    self.add(atoms, false, operator.span, operator.span);
                }
            }
            OperatorKind::Lookup { right, .. } => self.walk(right),
            OperatorKind::Union { tables, .. } | OperatorKind::Search { tables, .. } => tables.iter().for_each(|table| self.walk(table)),
            OperatorKind::MvApply { body, .. } => body.iter().for_each(|operator| self.operator(operator)),
            OperatorKind::Extend { columns } | OperatorKind::Project { columns } => {
                columns.iter().for_each(|column| self.walk(column));
                self.computed.add(columns);
            }
            OperatorKind::Summarize { aggregates, .. } => self.computed.add(aggregates),
            _ => {}
        }
        self.run = None;
    }

    /// Whether the exclusions found since are one comparison alone, as is what was left out right before.
    fn join_to_run(&mut self, first: usize, predicate: Span) {
        match self.found.get_mut(first..) {
            Some([lone]) if lone.atoms.len() == 1 && !lone.more && lone.span == predicate => {
                lone.predicate = *self.run.get_or_insert(predicate);
            }
            Some([]) => {}
            _ => self.run = None,
        }
    }

    fn add(&mut self, atoms: Vec<Atom>, more: bool, span: Span, predicate: Span) {
        if !atoms.is_empty() {
            self.found.push(Exclusion { atoms, more, span, predicate });
        }
    }

    /// What a condition leaves out that must be true (or false, where `negated`).
    fn excluded(&mut self, expr: &'a Expr, negated: bool, predicate: Span) {
        let both = if negated { BinaryOp::Or } else { BinaryOp::And };
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.excluded(inner, negated, predicate),
            _ if let Some((inner, negates)) = flag(expr) => self.excluded(inner, negated != negates, predicate),
            _ if let Some(told) = self.computed.told(expr) => self.told(told, negated, predicate),
            ExprKind::Call { name, args } if name.text == "not" => {
                args.iter().for_each(|arg| self.excluded(&arg.value, !negated, predicate));
            }
            ExprKind::Call { name, args } if let Some(body) = self.called(name.text.as_str(), args) => {
                let before = std::mem::replace(&mut self.computed, body.1);
                self.depth += 1;
                self.excluded(body.0, negated, predicate);
                self.depth -= 1;
                self.computed = before;
            }
            ExprKind::Binary { op, left, right, .. } if *op == both => {
                self.excluded(left, negated, predicate);
                self.excluded(right, negated, predicate);
            }
            _ => {
                let (mut atoms, mut more) = (Vec::new(), false);
                self.all_of(expr, negated, &mut atoms, &mut more);
                self.add(atoms, more, expr.span, predicate);
            }
        }
    }

    /// The body of a function of the query that is one expression, and its parameters as columns.
    fn called(&self, name: &str, args: &'a [Arg]) -> Option<(&'a Expr, Computed<'a>)> {
        let ExprKind::Function { parameters, body, .. } = &self.lists.get(name)?.kind else { return None };
        let [Statement { kind: StatementKind::Expr(body), .. }] = body.statements.as_slice() else { return None };
        let mut computed = self.computed.clone();
        for (parameter, arg) in parameters.iter().zip(args) {
            computed.bind(parameter.name.text.as_str(), &arg.value);
        }
        (self.depth < DEEPEST).then_some((body, computed))
    }

    /// What a column leaves out that tells a condition.
    fn told(&mut self, told: Told<'a>, negated: bool, predicate: Span) {
        // A column may be made of one that was called as it is.
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        match told {
            Told::Condition(condition, negates) => self.excluded(condition, negated != negates, predicate),
            // Rows of which one of these holds get another word than the one that is looked for.
            Told::Words(branches, wanted, negates) => {
                let out = branches.iter().filter(|(_, word)| (*word == wanted) == (negated != negates));
                out.for_each(|(condition, _)| self.excluded(condition, true, predicate));
            }
        }
        self.depth -= 1;
    }

    /// The atoms that must all hold for the row to be left out: of `not(A and B)`, and of `A != x or B != y`. `negated` is whether the row is left out
    /// where the condition holds.
    fn all_of(&self, expr: &'a Expr, negated: bool, atoms: &mut Vec<Atom>, more: &mut bool) {
        let any = if negated { BinaryOp::And } else { BinaryOp::Or };
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.all_of(inner, negated, atoms, more),
            _ if let Some((inner, negates)) = flag(expr) => self.all_of(inner, negated != negates, atoms, more),
            ExprKind::Call { name, args } if name.text == "not" => {
                args.iter().for_each(|arg| self.all_of(&arg.value, !negated, atoms, more));
            }
            ExprKind::Binary { op, left, right, .. } if *op == any => {
                self.all_of(left, negated, atoms, more);
                self.all_of(right, negated, atoms, more);
            }
            _ => match self.atom(expr) {
                Some((atom, is)) if is == negated => atoms.push(atom),
                // Of a positive condition beside: it narrows what is left out.
                _ => *more = true,
            },
        }
    }

    /// A comparison, and whether it is said positively.
    fn atom(&self, expr: &'a Expr) -> Option<(Atom, bool)> {
        match &expr.kind {
            ExprKind::Binary { op, left, right, .. } => {
                let (compare, operator, positive) = comparison(*op)?;
                // A flag is no activity, and two columns held against each other are none.
                match &right.kind {
                    ExprKind::Literal(Literal::Bool(_)) | ExprKind::Member { .. } => return None,
                    ExprKind::Name(name) if !self.lists.contains_key(name.text.as_str()) => return None,
                    _ => {}
                }
                let values = self.texts(right);
                let column = self.column(left, &values)?;
                Some((atom(column, compare, operator, values, right.span, expr.span), positive))
            }
            ExprKind::Between { negated, operand, low, high } => {
                let column = columns(operand).into_iter().next()?;
                Some((atom(column, Compare::Range, "between", Vec::new(), low.span.to(high.span), expr.span), !negated))
            }
            ExprKind::In { op, op_span, operand, list } => {
                let (compare, operator, positive) = match op {
                    InOp::In => (Compare::Equal, "in", true),
                    InOp::NotIn => (Compare::Equal, "in", false),
                    InOp::InTilde => (Compare::Equal, "in~", true),
                    InOp::NotInTilde => (Compare::Equal, "in~", false),
                    InOp::HasAny => (Compare::Has, "has_any", true),
                    InOp::HasAll => (Compare::Has, "has_all", true),
                };
                let values: Vec<String> = list.iter().flat_map(|item| self.texts(item)).collect();
                let column = self.column(operand, &values)?;
                let value = Span { start: op_span.end, end: expr.span.end };
                Some((atom(column, compare, operator, values, value, expr.span), positive))
            }
            ExprKind::Call { name, args } if name.text.starts_with("ipv4_is_") || name.text == "has_any_ipv4_prefix" => {
                let column = args.first().and_then(|arg| columns(&arg.value).into_iter().next())?;
                let values: Vec<String> = args.iter().skip(1).flat_map(|arg| self.texts(&arg.value)).collect();
                (!values.is_empty()).then(|| (atom(column, Compare::Network, "", values, expr.span, expr.span), true))
            }
            _ => None,
        }
    }

    /// The column that is compared; where it is compared with texts, the one that it was made of.
    fn column(&self, operand: &'a Expr, values: &[String]) -> Option<&'a str> {
        let column = columns(operand).into_iter().next()?;
        Some(if values.is_empty() { column } else { self.computed.column(column) })
    }

    /// The texts that an expression stands for: a literal, a list, a `let` of one.
    fn texts(&self, expr: &'a Expr) -> Vec<String> {
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => vec![text.clone()],
            ExprKind::Literal(Literal::Dynamic(value)) => strings(value),
            ExprKind::Name(name) => match self.lists.get(name.text.as_str()).map(|list| &list.kind) {
                Some(ExprKind::Literal(Literal::Dynamic(value))) => strings(value),
                Some(ExprKind::Literal(Literal::String(text))) => vec![text.clone()],
                Some(ExprKind::Source(operator)) => match &operator.kind {
                    OperatorKind::DataTable { values, .. } => values.iter().flat_map(literal).collect(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            ExprKind::Parenthesized(inner) => self.texts(inner),
            _ => Vec::new(),
        }
    }
}
