//! KQL's ten scalar types, how each is laid out in Arrow, and constant values of them.

use arrow::datatypes::DataType;
use std::fmt;

/// A scalar type of KQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KqlType {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    DateTime,
    /// Ticks of 100 ns.
    TimeSpan,
    Guid,
    /// Never null: what is missing is the empty string.
    String,
    Dynamic,
}

impl KqlType {
    pub const ALL: [KqlType; 10] = [
        Self::Bool,
        Self::Int,
        Self::Long,
        Self::Real,
        Self::Decimal,
        Self::DateTime,
        Self::TimeSpan,
        Self::Guid,
        Self::String,
        Self::Dynamic,
    ];

    /// KQL's own name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Guid => "guid",
            Self::String => "string",
            Self::Dynamic => "dynamic",
        }
    }

    /// The type of that name; KQL's aliases (`boolean`, `int64`, `double`, `date`, `time`, `uuid`, …) included.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" => Self::Real,
            "decimal" => Self::Decimal,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "string" => Self::String,
            "dynamic" => Self::Dynamic,
            _ => return None,
        })
    }

    /// How a column of the type is laid out.
    ///
    /// `datetime` and `timespan` are ticks in an `Int64`. `guid` is lower-case text with dashes, null where missing.
    /// `decimal` is text as .NET prints it. `dynamic` is text: JSON as it was read, or, after a leading U+0001, the engine's own
    /// form that keeps typed scalars. All text is `Utf8View`.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int32,
            Self::Long | Self::DateTime | Self::TimeSpan => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Decimal | Self::Guid | Self::String | Self::Dynamic => DataType::Utf8View,
        }
    }

    /// Whether a column of the type may hold nulls.
    pub fn nullable(self) -> bool {
        self != Self::String
    }

    /// `int`, `long`, `real` or `decimal`.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }
}

impl fmt::Display for KqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A constant. `Null` carries its type; there is no null string.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null(KqlType),
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    /// As .NET prints it.
    Decimal(String),
    /// Ticks of 100 ns since 0001-01-01.
    DateTime(i64),
    /// Ticks of 100 ns.
    TimeSpan(i64),
    /// Lower-case, with dashes.
    Guid(String),
    String(String),
    /// In the text form that [`KqlType::arrow`] describes.
    Dynamic(String),
}

impl Value {
    pub fn kql_type(&self) -> KqlType {
        match self {
            Self::Null(t) => *t,
            Self::Bool(_) => KqlType::Bool,
            Self::Int(_) => KqlType::Int,
            Self::Long(_) => KqlType::Long,
            Self::Real(_) => KqlType::Real,
            Self::Decimal(_) => KqlType::Decimal,
            Self::DateTime(_) => KqlType::DateTime,
            Self::TimeSpan(_) => KqlType::TimeSpan,
            Self::Guid(_) => KqlType::Guid,
            Self::String(_) => KqlType::String,
            Self::Dynamic(_) => KqlType::Dynamic,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }
}
