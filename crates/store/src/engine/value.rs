//! Values, and how each engine takes them.

use std::borrow::Cow;
use std::mem::discriminant;

use sqlx::encode::Encode;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgBindIterExt};
use sqlx::sqlite::SqliteArguments;
use sqlx::types::Type;
use sqlx::{Arguments, Database, Postgres, Sqlite};
use uuid::Uuid;

use crate::Fault;

/// What can be bound: the types that both engines hold alike. `None` is NULL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'q> {
    Number(Option<i64>),
    Flag(Option<bool>),
    Text(Option<Cow<'q, str>>),
    Id(Option<Uuid>),
    Bytes(Option<Cow<'q, [u8]>>),
    /// A column of many rows, all of one kind. PostgreSQL alone has lists.
    List(Vec<Value<'q>>),
}

macro_rules! values {
    ($($type:ty => $kind:ident($value:ident -> $into:expr)),+ $(,)?) => {
        $(
            impl<'q> From<$type> for Value<'q> {
                fn from($value: $type) -> Self {
                    Self::$kind(Some($into))
                }
            }
            impl<'q> From<Option<$type>> for Value<'q> {
                fn from(value: Option<$type>) -> Self {
                    Self::$kind(value.map(|$value| $into))
                }
            }
        )+
    };
}

values! {
    i64 => Number(value -> value),
    bool => Flag(value -> value),
    Uuid => Id(value -> value),
    &'q str => Text(value -> Cow::Borrowed(value)),
    &'q String => Text(value -> Cow::Borrowed(value.as_str())),
    String => Text(value -> Cow::Owned(value)),
    &'q [u8] => Bytes(value -> Cow::Borrowed(value)),
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(value: &'q Option<String>) -> Self {
        value.as_deref().into()
    }
}

impl Value<'_> {
    fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Number(None) | Self::Flag(None) | Self::Text(None) | Self::Id(None) | Self::Bytes(None)
        )
    }
}

/// The values as an engine takes them.
pub(crate) fn arguments<D: Lists>(values: Vec<Value<'_>>) -> Result<D::Arguments, Fault>
where
    for<'v> Option<i64>: Encode<'v, D> + Type<D>,
    for<'v> Option<bool>: Encode<'v, D> + Type<D>,
    for<'v> Option<Uuid>: Encode<'v, D> + Type<D>,
    for<'v> Option<String>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v str>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v [u8]>: Encode<'v, D> + Type<D>,
{
    let mut arguments = D::Arguments::default();
    let add = || -> Result<(), BoxDynError> {
        for value in values {
            match value {
                Value::Number(value) => arguments.add(value)?,
                Value::Flag(value) => arguments.add(value)?,
                Value::Id(value) => arguments.add(value)?,
                Value::Text(Some(Cow::Owned(value))) => arguments.add(Some(value))?,
                Value::Text(value) => arguments.add(value.as_deref())?,
                Value::Bytes(value) => arguments.add(value.as_deref())?,
                Value::List(values) => D::add_list(&mut arguments, values)?,
            }
        }
        Ok(())
    };
    add().map_err(|error| Fault(sqlx::Error::Encode(error)))?;
    Ok(arguments)
}

/// An engine, and what it makes of a list.
pub(crate) trait Lists: Database {
    /// Binds a list, whose first value says of which kind all are; an empty one where all are NULL.
    fn add_list(arguments: &mut Self::Arguments, values: Vec<Value<'_>>) -> Result<(), BoxDynError>;
}

impl Lists for Sqlite {
    fn add_list(_: &mut SqliteArguments, _: Vec<Value<'_>>) -> Result<(), BoxDynError> {
        Err("SQLite has no lists".into())
    }
}

impl Lists for Postgres {
    fn add_list(arguments: &mut PgArguments, values: Vec<Value<'_>>) -> Result<(), BoxDynError> {
        let Some(first) = values.first() else { return Err("a list of nothing".into()) };
        if values.iter().any(|value| discriminant(value) != discriminant(first)) {
            return Err("a list of one kind holds another".into());
        }
        let filled = if values.iter().all(Value::is_null) { &[] } else { &*values };
        macro_rules! of {
            ($kind:ident, |$value:ident| $into:expr) => {{
                let each = filled.iter().map(|value| match value {
                    Value::$kind($value) => $into,
                    _ => None,
                });
                arguments.add(each.bind_iter())
            }};
        }
        match first {
            Value::Number(_) => of!(Number, |value| *value),
            Value::Flag(_) => of!(Flag, |value| *value),
            Value::Id(_) => of!(Id, |value| *value),
            Value::Text(_) => of!(Text, |value| value.as_deref()),
            Value::Bytes(_) => of!(Bytes, |value| value.as_deref()),
            Value::List(_) => Err("a list of lists".into()),
        }
    }
}
