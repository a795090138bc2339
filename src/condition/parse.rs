//! Reads the text form of conditions and orders. Bounded in depth and length: text is hostile.

use std::str::FromStr;

use super::token::{ConditionSyntax, Placed, Token, Tokens, utf8};
use super::{Condition, Fact, Is, Literal, MOST_DEEP, Sort, Test, text};
use crate::time::Span;

const A_TEST: &str = "a test such as `=`, `in`, `contains` or `is`";
const A_FACT: &str = "a fact such as `status` or `field.NAME`, `not`, or `(`";
const A_VALUE: &str = "a value: a word, a whole number, or a text in double quotes";
const TOO_DEEP: &str = "at most 48 levels of nesting";

/// Reads the text form; `not` binds tighter than `and`, and `and` tighter than `or`.
///
/// Spaces and line breaks may stand anywhere between words. Words are in lower case. A value
/// that is one of the language's words, that has a blank in it, or that only looks like a
/// number, stands in double quotes, in which `\"`, `\\`, `\n`, `\r`, `\t` and `\u{HEX}` are
/// understood. `all(…)` and `any(…)` write lists of any length, also of none and of one.
///
/// ```
/// use helpdesk::{Condition, Fact};
///
/// let condition: Condition = "any(status = pending, kind = internal) and tags contains \"in\""
///     .parse()?;
/// let either = Condition::any([Fact::Status.equals("pending"), Fact::Kind.equals("internal")]);
/// assert_eq!(condition, Condition::all([either, Fact::Tags.contains("in")]));
/// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
/// ```
///
/// # Errors
///
/// [`ConditionSyntax`] says where the text is no condition. At most 64 KiB of text, and 48 levels
/// of nesting.
impl FromStr for Condition {
    type Err = ConditionSyntax;

    fn from_str(text: &str) -> Result<Self, ConditionSyntax> {
        let mut parser = Parser::new(text)?;
        let (condition, _) = parser.either(0)?;
        match parser.next.token {
            Token::End => Ok(condition),
            _ => Err(parser.unexpected("`and`, `or`, or the end")),
        }
    }
}

impl Condition {
    /// Reads the text form from bytes that may be anything.
    ///
    /// ```
    /// # use helpdesk::Condition;
    /// assert!(Condition::parse_bytes(b"priority >= high").is_ok());
    /// let wrong = Condition::parse_bytes(b"tags contains \xFF").unwrap_err();
    /// assert_eq!(wrong.to_string(), "line 1, column 15: found the byte 0xFF, expected UTF-8");
    /// ```
    ///
    /// # Errors
    ///
    /// As for text; and where the bytes are not UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, ConditionSyntax> {
        utf8(bytes)?.parse()
    }
}

impl FromStr for Fact {
    type Err = ConditionSyntax;

    fn from_str(text: &str) -> Result<Self, ConditionSyntax> {
        let mut parser = Parser::new(text)?;
        let fact = parser.fact()?;
        match parser.next.token {
            Token::End => Ok(fact),
            _ => Err(parser.unexpected("the end")),
        }
    }
}

impl FromStr for Sort {
    type Err = ConditionSyntax;

    fn from_str(text: &str) -> Result<Self, ConditionSyntax> {
        let mut parser = Parser::new(text)?;
        let sort = parser.sort()?;
        match parser.next.token {
            Token::End => Ok(sort),
            _ => Err(parser.unexpected("`asc`, `desc`, or the end")),
        }
    }
}

impl Sort {
    /// Reads several, the first of which counts most; of an empty text, none.
    ///
    /// ```
    /// use helpdesk::{Fact, Sort};
    ///
    /// let sorts = Sort::list("priority desc, updated_at")?;
    /// assert_eq!(sorts, [Sort::descending(Fact::Priority), Sort::ascending(Fact::UpdatedAt)]);
    /// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConditionSyntax`] says where the text is no such list.
    pub fn list(text: &str) -> Result<Vec<Self>, ConditionSyntax> {
        let mut parser = Parser::new(text)?;
        let mut sorts = Vec::new();
        if parser.next.token == Token::End {
            return Ok(sorts);
        }
        loop {
            sorts.push(parser.sort()?);
            match parser.next.token {
                Token::Comma => parser.advance()?,
                Token::End => return Ok(sorts),
                _ => return Err(parser.unexpected("`asc`, `desc`, `,`, or the end")),
            };
        }
    }
}

/// Recursive descent with one token of foresight.
struct Parser<'a> {
    tokens: Tokens<'a>,
    next: Placed,
}

/// A condition, and how many levels it has.
type Deep = (Condition, usize);

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, ConditionSyntax> {
        let mut tokens = Tokens::new(text)?;
        let next = tokens.next()?;
        Ok(Self { tokens, next })
    }

    fn advance(&mut self) -> Result<Placed, ConditionSyntax> {
        let next = self.tokens.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn unexpected(&self, expected: &'static str) -> ConditionSyntax {
        self.tokens.unexpected(&self.next, expected)
    }

    /// Goes past this word, if it comes next.
    fn skips(&mut self, word: &str) -> Result<bool, ConditionSyntax> {
        let comes = matches!(&self.next.token, Token::Word(next) if **next == *word);
        if comes {
            self.advance()?;
        }
        Ok(comes)
    }

    fn expect(&mut self, token: &Token, expected: &'static str) -> Result<(), ConditionSyntax> {
        if self.next.token != *token {
            return Err(self.unexpected(expected));
        }
        self.advance().map(|_| ())
    }

    /// One more level than the deepest of these, if that is not too many.
    fn above(&self, start: &Placed, below: usize) -> Result<usize, ConditionSyntax> {
        let deep = below + 1;
        if deep > MOST_DEEP { Err(self.tokens.unexpected(start, TOO_DEEP)) } else { Ok(deep) }
    }

    /// Parts with `or` between them. `nesting` counts what stands open around this.
    fn either(&mut self, nesting: usize) -> Result<Deep, ConditionSyntax> {
        self.joined("or", nesting, Self::both, Condition::Any)
    }

    /// Parts with `and` between them.
    fn both(&mut self, nesting: usize) -> Result<Deep, ConditionSyntax> {
        self.joined("and", nesting, Self::one, Condition::All)
    }

    fn joined(
        &mut self,
        word: &str,
        nesting: usize,
        part: fn(&mut Self, usize) -> Result<Deep, ConditionSyntax>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Deep, ConditionSyntax> {
        let start = self.next.clone();
        let (first, mut deepest) = part(self, nesting)?;
        let mut parts = vec![first];
        while self.skips(word)? {
            let (next, deep) = part(self, nesting)?;
            parts.push(next);
            deepest = deepest.max(deep);
        }
        match parts.len() {
            1 => Ok((parts.remove(0), deepest)),
            _ => Ok((join(parts), self.above(&start, deepest)?)),
        }
    }

    /// A test, a `not`, a list, or something in parentheses.
    fn one(&mut self, nesting: usize) -> Result<Deep, ConditionSyntax> {
        match &self.next.token {
            Token::Open => {
                let inside = self.deeper(nesting)?;
                self.advance()?;
                let deep = self.either(inside)?;
                self.expect(&Token::Close, "`and`, `or`, or `)`")?;
                Ok(deep)
            }
            Token::Word(word) if **word == *"not" => {
                let inside = self.deeper(nesting)?;
                let start = self.advance()?;
                let (part, deep) = self.one(inside)?;
                Ok((Condition::not(part), self.above(&start, deep)?))
            }
            Token::Word(word) if **word == *"all" => self.list(nesting, Condition::All),
            Token::Word(word) if **word == *"any" => self.list(nesting, Condition::Any),
            _ => self.test().map(|test| (Condition::Test(test), 1)),
        }
    }

    fn deeper(&self, nesting: usize) -> Result<usize, ConditionSyntax> {
        if nesting >= MOST_DEEP { Err(self.unexpected(TOO_DEEP)) } else { Ok(nesting + 1) }
    }

    fn list(
        &mut self,
        nesting: usize,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Deep, ConditionSyntax> {
        let inside = self.deeper(nesting)?;
        let start = self.advance()?;
        self.expect(&Token::Open, "`(`")?;
        let mut parts = Vec::new();
        let mut deepest = 0;
        if self.next.token != Token::Close {
            loop {
                let (part, deep) = self.either(inside)?;
                parts.push(part);
                deepest = deepest.max(deep);
                if self.next.token != Token::Comma {
                    break;
                }
                self.advance()?;
            }
        }
        self.expect(&Token::Close, "`,`, `)`, `and` or `or`")?;
        Ok((join(parts), self.above(&start, deepest)?))
    }

    fn fact(&mut self) -> Result<Fact, ConditionSyntax> {
        let fact = match &self.next.token {
            Token::QuotedField(name) => Some(Fact::field(&**name)),
            // An empty name is written in quotes.
            Token::Word(word) if **word != *"field." => Fact::named(word),
            _ => None,
        };
        let fact = fact.ok_or_else(|| self.unexpected(A_FACT))?;
        self.advance()?;
        Ok(fact)
    }

    fn sort(&mut self) -> Result<Sort, ConditionSyntax> {
        let by = self.fact()?;
        let descending = self.skips("desc")?;
        if !descending {
            self.skips("asc")?;
        }
        Ok(Sort { by, descending })
    }

    fn test(&mut self) -> Result<Test, ConditionSyntax> {
        let fact = self.fact()?;
        let is = match &self.next.token {
            Token::Sign(sign) => {
                let is = match *sign {
                    "=" => Is::Equal,
                    "!=" => Is::NotEqual,
                    "<" => Is::Less,
                    "<=" => Is::AtMost,
                    ">" => Is::More,
                    _ => Is::AtLeast,
                };
                self.advance()?;
                is(self.value()?)
            }
            Token::Word(word) => match &**word {
                "in" => self.values()?,
                "contains" => {
                    self.advance()?;
                    Is::Contains(self.value()?)
                }
                "matches" => {
                    self.advance()?;
                    self.pattern()?
                }
                "is" => {
                    self.advance()?;
                    if self.skips("missing")? {
                        Is::Missing
                    } else if self.skips("present")? {
                        Is::Present
                    } else {
                        return Err(self.unexpected("`missing` or `present`"));
                    }
                }
                "older" => Is::Older(self.age()?),
                "younger" => Is::Younger(self.age()?),
                "changed" => {
                    self.advance()?;
                    if self.skips("from")? {
                        Is::ChangedFrom(self.value()?)
                    } else if self.skips("to")? {
                        Is::ChangedTo(self.value()?)
                    } else {
                        Is::Changed
                    }
                }
                _ => return Err(self.unexpected(A_TEST)),
            },
            _ => return Err(self.unexpected(A_TEST)),
        };
        Ok(Test { fact, is })
    }

    fn value(&mut self) -> Result<Literal, ConditionSyntax> {
        let value = match &self.next.token {
            Token::Quoted(text) => Literal::Text(text.clone()),
            Token::Word(word) if text::is_integer(word) => match word.parse() {
                Ok(number) => Literal::Integer(number),
                Err(_) => return Err(self.unexpected("a whole number of at most 64 bits")),
            },
            Token::Word(word) => match &**word {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                keyword if text::is_keyword(keyword) => {
                    return Err(self.unexpected("a value; this word is one only in double quotes"));
                }
                _ => Literal::Text(word.clone()),
            },
            _ => return Err(self.unexpected(A_VALUE)),
        };
        self.advance()?;
        Ok(value)
    }

    /// The values after `in`, in parentheses.
    fn values(&mut self) -> Result<Is, ConditionSyntax> {
        self.advance()?;
        self.expect(&Token::Open, "`(`")?;
        let mut values = Vec::new();
        if self.next.token != Token::Close {
            values.push(self.value()?);
            while self.next.token == Token::Comma {
                self.advance()?;
                values.push(self.value()?);
            }
        }
        self.expect(&Token::Close, "`,` or `)`")?;
        Ok(Is::In(values))
    }

    fn pattern(&mut self) -> Result<Is, ConditionSyntax> {
        let Token::Quoted(pattern) = &self.next.token else {
            return Err(self.unexpected("a regular expression in double quotes"));
        };
        let is = Is::Matches(pattern.clone());
        self.advance()?;
        Ok(is)
    }

    /// The span after `older than` or `younger than`.
    fn age(&mut self) -> Result<Span, ConditionSyntax> {
        self.advance()?;
        if !self.skips("than")? {
            return Err(self.unexpected("`than`"));
        }
        let span = match &self.next.token {
            Token::Word(word) => word.parse().ok(),
            _ => None,
        };
        let span = span.ok_or_else(|| self.unexpected("a duration such as `PT4H30M`"))?;
        self.advance()?;
        Ok(span)
    }
}
