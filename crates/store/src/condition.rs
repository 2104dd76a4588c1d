//! A filter in SQL: the same words for both engines but for reading a list of answers. Every value is bound. What it has to
//! mean is said by [`domain::query::Filter::matches`]; a test holds the two against each other.

use domain::Question;
use domain::RegistrationKind;
use domain::query::{Comparison, Filter, Function, Literal, Property, Subject, fold, pairs};

use crate::engine::{Engine, Value};
use crate::rows::micros;

/// A text with its values, in order, each marked by `?`.
pub(crate) struct Sql<'q> {
    pub(crate) text: String,
    pub(crate) values: Vec<Value<'q>>,
}

/// What the words of a query mean here.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) engine: Engine,
    pub(crate) items: Items<'a>,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Items<'a> {
    /// Registrants of a registration of that kind, called `r`.
    Registrants(&'a RegistrationKind),
    /// The same, as a report of attendance has them.
    Attended(&'a RegistrationKind),
    /// Deliveries, called `d`.
    Deliveries,
}

/// A column, as text that can be compared.
pub(crate) enum Column {
    /// Texts that people wrote.
    Folded(&'static str),
    /// Texts that programs wrote, and numbers and ids.
    Plain(&'static str),
    /// The text of the question that is answered, which is in no column.
    QuestionText,
    /// Such items have none.
    Nothing,
}

/// As [`domain::Standing::status`] has it.
const STATUS: &str =
    "CASE WHEN r.canceled_at IS NULL THEN CASE COALESCE(r.standing, '') WHEN '' THEN 'registered'
        WHEN 'pendingApproval' THEN 'pendingApproval' ELSE 'waitlisted' END
    WHEN r.standing = 'rejected' THEN 'rejectedByOrganizer' ELSE 'canceled' END";

/// As [`domain::query::Attended`] has it: none of whoever came.
const ATTENDANCE: &str = "CASE WHEN EXISTS (SELECT 1 FROM attendance t
    WHERE t.slot = r.slot AND t.meeting_id = r.meeting_id AND t.registrant_id = r.registrant_id) THEN NULL ELSE 0 END";

/// What does not wait is not tried.
const NEXT_ATTEMPT: &str = "CASE WHEN d.status = 'waiting' THEN d.due_at END";

impl<'q> Sql<'q> {
    pub(crate) fn new() -> Self {
        Self { text: String::new(), values: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Each of several, with a word between them, in parentheses.
    fn each<T>(&mut self, word: &str, all: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.push("(");
        for (n, one) in all.iter().enumerate() {
            if n > 0 {
                self.push(word);
            }
            write(self, one);
        }
        self.push(")");
    }
}

impl<'a> Words<'a> {
    pub(crate) fn questions(&self) -> &'a [Question] {
        match self.items {
            Items::Registrants(RegistrationKind::BuiltIn(built_in)) => &built_in.questions,
            Items::Registrants(RegistrationKind::External) | Items::Attended(_) | Items::Deliveries => &[],
        }
    }

    pub(crate) fn column(&self, property: Property) -> Column {
        match self.items {
            Items::Registrants(kind) => {
                self.of_registrants(property, matches!(kind, RegistrationKind::External))
            }
            Items::Attended(kind) => self.of_attended(property, matches!(kind, RegistrationKind::External)),
            Items::Deliveries => of_deliveries(property),
        }
    }

    /// Adds who of all that are kept belongs into the list: of an external registration nobody who canceled, and in a report
    /// whoever had a place or came.
    pub(crate) fn those_listed(&self, sql: &mut Sql<'_>) {
        match self.items {
            Items::Registrants(RegistrationKind::External) => {
                sql.push(" AND r.live_key IS NOT NULL");
            }
            Items::Attended(_) => {
                sql.push(&format!(" AND (({STATUS}) = 'registered' OR ({ATTENDANCE}) IS NULL)"));
            }
            Items::Registrants(RegistrationKind::BuiltIn(_)) | Items::Deliveries => {}
        }
    }

    fn of_attended(&self, property: Property, is_external: bool) -> Column {
        match property {
            Property::Id => Column::Plain("r.registrant_id"),
            Property::RegistrantId => self.of_registrants(Property::Id, is_external),
            Property::EmailAddress => self.of_registrants(Property::Email, is_external),
            Property::Role => Column::Plain("'Attendee'"),
            Property::TotalAttendanceInSeconds => Column::Plain(ATTENDANCE),
            _ => Column::Nothing,
        }
    }

    fn of_registrants(&self, property: Property, is_external: bool) -> Column {
        let answer = |plain, collated| if self.engine == Engine::Sqlite { plain } else { collated };
        match property {
            Property::Id if is_external => Column::Plain("r.external_id"),
            Property::Id => Column::Plain("r.registrant_id"),
            Property::UserId if is_external => Column::Plain("r.user_id"),
            Property::TenantId if is_external => Column::Plain("r.user_tenant_id"),
            Property::RegistrationDateTime => Column::Plain("r.registered_at"),
            Property::Status => Column::Plain(STATUS),
            Property::FirstName => Column::Folded("r.first_name"),
            Property::LastName => Column::Folded("r.last_name"),
            Property::Email => Column::Folded("r.email"),
            Property::QuestionId => Column::Plain("(a.value ->> 0)"),
            Property::Value => Column::Folded(answer("(a.value ->> 1)", "((a.value ->> 1) COLLATE \"C\")")),
            Property::DisplayName => Column::QuestionText,
            _ => Column::Nothing,
        }
    }

    /// Adds what a filter says: true, false, or NULL where it cannot be said.
    pub(crate) fn filter(&self, sql: &mut Sql<'_>, filter: &Filter) {
        match filter {
            Filter::And(all) => sql.each(" AND ", all, |sql, one| self.filter(sql, one)),
            Filter::Or(all) => sql.each(" OR ", all, |sql, one| self.filter(sql, one)),
            Filter::Not(one) => {
                sql.push("(NOT ");
                self.filter(sql, one);
                sql.push(")");
            }
            Filter::Compare(property, comparison, literal) => {
                self.compare(sql, *property, *comparison, literal);
            }
            Filter::In(property, literals) => self.one_of(sql, *property, literals),
            Filter::Text(property, function, part) => self.function(sql, *property, *function, part),
            Filter::AnyAnswer(of_one) => {
                sql.push(match self.engine {
                    Engine::Sqlite => "EXISTS (SELECT 1 FROM json_each(r.answers) a",
                    Engine::Postgres => {
                        "EXISTS (SELECT 1 FROM jsonb_array_elements(r.answers::jsonb) a(value)"
                    }
                });
                if let Some(of_one) = of_one {
                    sql.push(" WHERE ");
                    self.filter(sql, of_one);
                }
                sql.push(")");
            }
        }
    }

    fn compare(&self, sql: &mut Sql<'_>, property: Property, comparison: Comparison, literal: &Literal) {
        let column = match self.column(property) {
            Column::QuestionText => {
                let filter = Filter::Compare(property, comparison, literal.clone());
                return self.of_questions(sql, &filter);
            }
            Column::Nothing => None,
            Column::Folded(column) | Column::Plain(column) => Some(column),
        };
        let is_equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
        let constant = |sql: &mut Sql<'_>, equals: bool| {
            let holds = match comparison {
                Comparison::Eq => equals,
                Comparison::Ne => !equals,
                _ => false,
            };
            sql.push(if holds { "TRUE" } else { "FALSE" });
        };
        let (Some(column), false) = (column, *literal == Literal::Id(None)) else {
            return constant(sql, column.is_none() && *literal == Literal::Null);
        };
        match (literal, comparison) {
            (Literal::Null, Comparison::Eq) => sql.push(&format!("({column} IS NULL)")),
            (Literal::Null, Comparison::Ne) => sql.push(&format!("({column} IS NOT NULL)")),
            (Literal::Null, _) => sql.push("FALSE"),
            // What is not there is different from everything, and neither greater nor less.
            (_, Comparison::Ne) => sql.push(&format!("({column} IS NULL OR ")),
            _ => sql.push(&format!("({column} IS NOT NULL AND ")),
        };
        if *literal == Literal::Null {
            return;
        }
        match literal {
            Literal::Text(text) if is_equality => {
                let text = fold(text);
                push_folded(sql, column, &[&text]);
                sql.push(operator(comparison)).bind(text);
            }
            Literal::Text(text) => {
                sql.push(&format!("lower({column})")).push(operator(comparison));
                sql.bind(text.to_ascii_lowercase());
            }
            _ => {
                sql.push(column).push(operator(comparison));
                bind(sql, property, literal);
            }
        }
        sql.push(")");
    }

    /// One look at the column for all of its values, folded by the letters of all of them.
    fn one_of(&self, sql: &mut Sql<'_>, property: Property, literals: &[Literal]) {
        let column = match self.column(property) {
            Column::QuestionText => return self.of_questions(sql, &Filter::In(property, literals.to_vec())),
            Column::Nothing => None,
            Column::Folded(column) | Column::Plain(column) => Some(column),
        };
        let has_null = literals.contains(&Literal::Null);
        // No row has an id that is none.
        let values: Vec<&Literal> =
            literals.iter().filter(|literal| !matches!(literal, Literal::Null | Literal::Id(None))).collect();
        let Some(column) = column.filter(|_| has_null || !values.is_empty()) else {
            sql.push(if column.is_none() && has_null { "TRUE" } else { "FALSE" });
            return;
        };
        if values.is_empty() {
            sql.push(&format!("({column} IS NULL)"));
            return;
        }
        let (is_there, word) = if has_null { ("IS NULL", "OR") } else { ("IS NOT NULL", "AND") };
        sql.push(&format!("({column} {is_there} {word} "));
        let text = |literal: &&Literal| match literal {
            Literal::Text(text) => Some(fold(text)),
            _ => None,
        };
        let texts: Vec<String> = values.iter().filter_map(text).collect();
        if texts.is_empty() {
            sql.push(column).push(" IN ");
            sql.each(", ", &values, |sql, value| bind(sql, property, value));
        } else {
            push_folded(sql, column, &texts);
            sql.push(" IN ").each(", ", &texts, |sql, text| {
                sql.bind(text.clone());
            });
        }
        sql.push(")");
    }

    fn function(&self, sql: &mut Sql<'_>, property: Property, function: Function, part: &str) {
        let (column, is_folded) = match self.column(property) {
            Column::QuestionText => {
                return self.of_questions(sql, &Filter::Text(property, function, part.to_owned()));
            }
            Column::Nothing => {
                sql.push("(NULL)");
                return;
            }
            Column::Folded(column) => (column, true),
            Column::Plain(column) => (column, false),
        };
        let part = if is_folded { fold(part) } else { part.to_owned() };
        // SQLite's LIKE knows no capitals, so what has to be exact is compared otherwise.
        if is_folded {
            push_folded(sql, column, &[&part]);
            sql.push(" LIKE ").bind(pattern(function, &part)).push(" ESCAPE '!'");
            return;
        }
        let length = i64::try_from(part.chars().count()).unwrap_or(i64::MAX);
        match function {
            Function::StartsWith => {
                sql.push(&format!("substr({column}, 1, CAST("))
                    .bind(length)
                    .push(" AS INTEGER)) = ")
                    .bind(part);
            }
            Function::EndsWith => {
                sql.push(&format!("(length({column}) >= ")).bind(length);
                sql.push(&format!(" AND substr({column}, CAST(length({column}) - ")).bind(length);
                sql.push(" + 1 AS INTEGER)) = ").bind(part).push(")");
            }
            Function::Contains => {
                sql.push(match self.engine {
                    Engine::Sqlite => "instr(",
                    Engine::Postgres => "strpos(",
                });
                sql.push(&format!("{column}, ")).bind(part).push(") > 0");
            }
        }
    }

    /// A filter of the text of a question, which is asked of the questions that there are: what is left are their ids, and
    /// what it says of an answer to a question that is there no more.
    fn of_questions(&self, sql: &mut Sql<'_>, filter: &Filter) {
        struct Name<'n>(Option<&'n str>);
        impl Subject for Name<'_> {
            fn value(&self, property: Property) -> Literal {
                match (property, self.0) {
                    (Property::DisplayName, Some(name)) => Literal::Text(name.to_owned()),
                    _ => Literal::Null,
                }
            }
        }
        let says = |name: Option<&str>| match (filter.matches(&Name(name)), filter_fails(filter, &Name(name)))
        {
            (true, _) => "TRUE",
            (false, true) => "FALSE",
            (false, false) => "NULL",
        };
        sql.push("(CASE");
        for question in self.questions() {
            sql.push(" WHEN (a.value ->> 0) = ").bind(question.id.0.to_string());
            sql.push(" THEN ").push(says(question.display_name.as_deref()));
        }
        // A CASE has one case at least.
        sql.push(" WHEN FALSE THEN FALSE ELSE ").push(says(None)).push(" END)");
    }
}

fn of_deliveries(property: Property) -> Column {
    match property {
        Property::Kind => Column::Plain("d.kind"),
        Property::Status => Column::Plain("d.status"),
        Property::CreatedDateTime => Column::Plain("d.created_at"),
        Property::LastAttemptDateTime => Column::Plain("d.tried_at"),
        Property::NextAttemptDateTime => Column::Plain(NEXT_ATTEMPT),
        Property::AttemptCount => Column::Plain("d.attempts"),
        Property::Answer => Column::Folded("d.answer"),
        _ => Column::Nothing,
    }
}

/// A column in small letters, as far as folded texts go that it is held against: so many steps for every row as they have
/// letters beyond ASCII, which is why [`domain::query::bound::LETTERS`] bounds them.
fn push_folded(sql: &mut Sql<'_>, column: &str, folded: &[impl AsRef<str>]) {
    let pairs = pairs(folded);
    sql.push(&"replace(".repeat(pairs.len())).push(&format!("lower({column})"));
    for (capital, small) in pairs {
        sql.push(", ").bind(capital.to_string()).push(", ").bind(small.to_string()).push(")");
    }
}

/// Whether it is said not to hold.
fn filter_fails(filter: &Filter, item: &dyn Subject) -> bool {
    Filter::Not(Box::new(filter.clone())).matches(item)
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => " = ",
        Comparison::Ne => " <> ",
        Comparison::Gt => " > ",
        Comparison::Ge => " >= ",
        Comparison::Lt => " < ",
        Comparison::Le => " <= ",
    }
}

fn bind(sql: &mut Sql<'_>, property: Property, literal: &Literal) {
    match literal {
        // Answers are JSON, which has ids as texts.
        Literal::Id(Some(id)) if property == Property::QuestionId => sql.bind(id.to_string()),
        Literal::Null | Literal::Id(None) => sql.push("NULL"),
        Literal::Text(text) | Literal::Exact(text) => sql.bind(text.clone()),
        Literal::Id(Some(id)) => sql.bind(*id),
        Literal::Instant(at) => sql.bind(micros(*at)),
        Literal::Number(number) => sql.bind(*number),
        Literal::Flag(flag) => sql.bind(*flag),
    };
}

/// What LIKE looks for: its own signs mean themselves.
fn pattern(function: Function, part: &str) -> String {
    let mut literal = String::with_capacity(part.len() + 2);
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '!') {
            literal.push('!');
        }
        literal.push(letter);
    }
    match function {
        Function::StartsWith => format!("{literal}%"),
        Function::EndsWith => format!("%{literal}"),
        Function::Contains => format!("%{literal}%"),
    }
}
