//! Values of result rows and statement parameters.

/// A value of a result row or a parameter.
///
/// There are variants only for the types that catalogs and ledgers contain. A value of any other
/// type is [`Value::Other`], in the engine's text format.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::value::Value;
/// let value = Value::from("Ada");
/// assert_eq!(value.text(), Some("Ada"));
/// assert_eq!(Value::from(7).int(), Some(7));
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL of any type.
    Null,
    /// A `BOOL`.
    Bool(bool),
    /// An integer of any type.
    Int(i128),
    /// A `FLOAT` or `DOUBLE`.
    Float(f64),
    /// A `STRING`.
    Text(String),
    /// A `BLOB`.
    Bytes(Vec<u8>),
    /// A `LIST` or `ARRAY`.
    List(Vec<Value>),
    /// A `STRUCT`.
    Struct(Vec<(String, Value)>),
    /// A value of any other type, in the engine's text format. As a parameter it is a string.
    Other(String),
}

/// A row of a result.
pub type Row = Vec<Value>;

impl Value {
    /// Returns the text of a `STRING`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text of a `STRING`, or of a value in the engine's text format.
    #[must_use]
    pub fn any_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Other(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of an integer.
    #[must_use]
    pub fn int(&self) -> Option<i128> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// Returns the value of a `BOOL`.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Returns the bytes of a `BLOB`.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns the elements of a `LIST` or `ARRAY`.
    #[must_use]
    pub fn list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
