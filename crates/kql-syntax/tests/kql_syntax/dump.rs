//! A tree as text: one node a line, indented. Spans only where asked for, so that two texts can be compared by meaning.

use kql_syntax::Span;
use kql_syntax::ast::*;

pub(crate) struct Dump {
    out: String,
    depth: usize,
    spans: bool,
}

/// The tree of a script.
pub(crate) fn dump(script: &Script, spans: bool) -> String {
    let mut dump = Dump { out: String::new(), depth: 0, spans };
    dump.script(script);
    dump.out
}

impl Dump {
    fn line(&mut self, text: &str, span: Option<Span>) {
        self.out.push_str(&"  ".repeat(self.depth));
        self.out.push_str(text);
        if let Some(span) = span.filter(|_| self.spans) {
            self.out.push_str(&format!(" {}..{}", span.start, span.end));
        }
        self.out.push('\n');
    }

    fn inside(&mut self, text: &str, span: Option<Span>, body: impl FnOnce(&mut Self)) {
        self.line(text, span);
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    fn script(&mut self, script: &Script) {
        for statement in &script.statements {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    self.inside(&format!("let {:?}", name.text), Some(statement.span), |d| d.expr(value));
                }
                StatementKind::Expr(expr) => self.inside("statement", Some(statement.span), |d| d.expr(expr)),
                StatementKind::Set { name, value } => {
                    self.inside(&format!("set {:?}", name.text), Some(statement.span), |d| d.exprs(value));
                }
                StatementKind::Other { keyword } => self.line(&format!("other {:?}", keyword.text), Some(statement.span)),
            }
        }
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    /// A named list, left out when empty.
    fn list<'a>(&mut self, name: &str, exprs: impl IntoIterator<Item = &'a Expr>) {
        let exprs: Vec<&Expr> = exprs.into_iter().collect();
        if !exprs.is_empty() {
            self.inside(name, None, |d| d.exprs(exprs));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let span = Some(expr.span);
        match &expr.kind {
            ExprKind::Literal(literal) => self.line(&format!("{literal:?}"), span),
            ExprKind::Name(name) => self.line(&format!("name {:?}", name.text), span),
            ExprKind::Wildcard(name) => self.line(&format!("wildcard {:?}", name.text), span),
            ExprKind::Star => self.line("star", span),
            ExprKind::Member { base, name } => self.inside(&format!("member {:?}", name.text), span, |d| d.expr(base)),
            ExprKind::Index { base, index } => self.inside("index", span, |d| {
                d.expr(base);
                d.expr(index);
            }),
            ExprKind::Call { name, args } => self.inside(&format!("call {:?}", name.text), span, |d| d.args(args)),
            ExprKind::MemberCall { base, name, args } => self.inside(&format!("member-call {:?}", name.text), span, |d| {
                d.expr(base);
                d.args(args);
            }),
            ExprKind::Unary { op, operand } => self.inside(&format!("{op:?}"), span, |d| d.expr(operand)),
            ExprKind::Binary { op, left, right, .. } => self.inside(&format!("{op:?}"), span, |d| {
                d.expr(left);
                d.expr(right);
            }),
            ExprKind::Between { negated, operand, low, high } => {
                self.inside(if *negated { "not-between" } else { "between" }, span, |d| d.exprs([&**operand, low, high]));
            }
            ExprKind::In { op, operand, list, .. } => self.inside(&format!("{op:?}"), span, |d| {
                d.expr(operand);
                d.exprs(list);
            }),
            ExprKind::Pipe { source, operators } => self.inside("pipe", span, |d| {
                d.expr(source);
                d.operators(operators);
            }),
            ExprKind::Source(operator) => self.operators(std::slice::from_ref(operator)),
            ExprKind::Function { view, parameters, body } => self.inside(if *view { "view" } else { "function" }, span, |d| {
                for parameter in parameters {
                    let kind = match &parameter.kind {
                        ParameterKind::Scalar(kind) => kind.text.clone(),
                        ParameterKind::AnyTable => "(*)".to_owned(),
                        ParameterKind::Table(columns) => types(columns),
                    };
                    d.inside(&format!("parameter {:?} {kind}", parameter.name.text), Some(parameter.span), |d| d.exprs(&parameter.default));
                }
                d.script(body);
            }),
            ExprKind::TypeOf(columns) => self.line(&format!("typeof {}", types(columns)), span),
            ExprKind::Names(names) => {
                let names: Vec<&str> = names.iter().map(|n| n.text.as_str()).collect();
                self.line(&format!("names {names:?}"), span);
            }
            ExprKind::Parenthesized(inner) => self.inside("parenthesized", span, |d| d.expr(inner)),
            ExprKind::Error => self.line("error", span),
        }
    }

    fn args(&mut self, args: &[Arg]) {
        for arg in args {
            match &arg.name {
                Some(name) => self.inside(&format!("arg {:?}", name.text), None, |d| d.expr(&arg.value)),
                None => self.expr(&arg.value),
            }
        }
    }

    fn settings(&mut self, settings: &[Setting]) {
        for setting in settings {
            self.inside(&format!("setting {:?}", setting.name.text), None, |d| d.expr(&setting.value));
        }
    }

    fn keys(&mut self, keys: &[SortKey]) {
        for key in keys {
            let order = match key.ascending {
                Some(true) => " asc",
                Some(false) => " desc",
                None => "",
            };
            let nulls = match key.nulls_first {
                Some(true) => " nulls-first",
                Some(false) => " nulls-last",
                None => "",
            };
            self.inside(&format!("key{order}{nulls}"), None, |d| d.expr(&key.expr));
        }
    }

    fn expand(&mut self, columns: &[ExpandColumn], limit: &Option<Expr>) {
        for column in columns {
            let to = column.to.as_ref().map(|t| format!(" to {}", t.kind.text)).unwrap_or_default();
            self.inside(&format!("column{to}"), None, |d| d.expr(&column.expr));
        }
        self.list("limit", limit);
    }

    fn operators(&mut self, operators: &[Operator]) {
        for operator in operators {
            self.inside(&format!("| {}", operator.keyword.text), Some(operator.span), |d| d.operator(&operator.kind));
        }
    }

    fn operator(&mut self, kind: &OperatorKind) {
        match kind {
            OperatorKind::Where { predicate: expr } | OperatorKind::Sample { count: expr } | OperatorKind::Invoke { call: expr } => {
                self.expr(expr);
            }
            OperatorKind::Extend { columns }
            | OperatorKind::Project { columns }
            | OperatorKind::ProjectAway { columns }
            | OperatorKind::ProjectKeep { columns }
            | OperatorKind::ProjectRename { columns }
            | OperatorKind::ProjectByNames { columns }
            | OperatorKind::Serialize { columns }
            | OperatorKind::Print { columns } => self.exprs(columns),
            OperatorKind::ProjectReorder { columns } => {
                for column in columns {
                    let order = column.order.map(|o| format!(" {o:?}")).unwrap_or_default();
                    self.inside(&format!("column{order}"), None, |d| d.expr(&column.column));
                }
            }
            OperatorKind::Summarize { options, aggregates, by } => {
                self.settings(options);
                self.exprs(aggregates);
                self.list("by", by);
            }
            OperatorKind::Distinct { options, columns } => {
                self.settings(options);
                self.exprs(columns);
            }
            OperatorKind::Sort { options, by } => {
                self.settings(options);
                self.keys(by);
            }
            OperatorKind::Top { options, count, by } => {
                self.settings(options);
                self.expr(count);
                self.keys(by);
            }
            OperatorKind::Take { options, count } => {
                self.settings(options);
                self.expr(count);
            }
            OperatorKind::Count | OperatorKind::GetSchema => {}
            OperatorKind::Join { options, right, on } | OperatorKind::Lookup { options, right, on } => {
                self.settings(options);
                self.expr(right);
                self.list("on", on);
            }
            OperatorKind::Union { options, tables } => {
                self.settings(options);
                self.exprs(tables);
            }
            OperatorKind::MvExpand { options, columns, limit } => {
                self.settings(options);
                self.expand(columns, limit);
            }
            OperatorKind::MvApply { options, columns, limit, body } => {
                self.settings(options);
                self.expand(columns, limit);
                self.inside("on", None, |d| d.operators(body));
            }
            OperatorKind::Parse { only_matches, options, operand, pattern } => {
                if *only_matches {
                    self.line("only-matches", None);
                }
                self.settings(options);
                self.expr(operand);
                for part in pattern {
                    match part {
                        PatternPart::Star(_) => self.line("*", None),
                        PatternPart::Text(text, span) => self.line(&format!("text {text:?}"), Some(*span)),
                        PatternPart::Capture { name, kind } => {
                            let kind = kind.as_ref().map(|k| format!(": {}", k.text)).unwrap_or_default();
                            self.line(&format!("capture {:?}{kind}", name.text), Some(name.span));
                        }
                    }
                }
            }
            OperatorKind::ParseKv { operand, columns, options } => {
                self.expr(operand);
                self.line(&types(columns), None);
                self.settings(options);
            }
            OperatorKind::Render { chart, options } => {
                self.line(&chart.text, None);
                self.settings(options);
            }
            OperatorKind::As { options, name } => {
                self.settings(options);
                self.line(&format!("name {:?}", name.text), Some(name.span));
            }
            OperatorKind::Evaluate { options, call, schema } => {
                self.settings(options);
                self.expr(call);
                if let Some(schema) = schema {
                    self.line(&types(schema), None);
                }
            }
            OperatorKind::MakeSeries { options, aggregates, on, from, to, step, by } => {
                self.settings(options);
                for aggregate in aggregates {
                    self.inside("aggregate", None, |d| {
                        d.expr(&aggregate.expr);
                        d.list("default", &aggregate.default);
                    });
                }
                self.list("on", [on]);
                self.list("from", from);
                self.list("to", to);
                self.list("step", step);
                self.list("by", by);
            }
            OperatorKind::SampleDistinct { count, of } => self.exprs([count, of]),
            OperatorKind::Search { options, tables, predicate } => {
                self.settings(options);
                self.list("in", tables);
                self.expr(predicate);
            }
            OperatorKind::Range { column, from, to, step } => {
                self.line(&format!("name {:?}", column.text), Some(column.span));
                self.exprs([from, to, step]);
            }
            OperatorKind::DataTable { columns, values } => {
                self.line(&types(columns), None);
                self.exprs(values);
            }
            OperatorKind::ExternalData { columns, addresses, options } => {
                self.line(&types(columns), None);
                self.exprs(addresses);
                self.settings(options);
            }
            OperatorKind::Consume { options } => self.settings(options),
            OperatorKind::Unplanned => self.line("unplanned", None),
            OperatorKind::Error => self.line("error", None),
        }
    }
}

fn types(columns: &[TypeName]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|c| match &c.name {
            Some(name) => format!("{:?}: {}", name.text, c.kind.text),
            None => c.kind.text.clone(),
        })
        .collect();
    format!("({})", columns.join(", "))
}
