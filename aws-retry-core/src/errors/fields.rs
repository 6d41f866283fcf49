//! The named values in a JSON document, or in the `Debug` output of a struct: both write `name: "value"` with
//! brackets around it.

use std::borrow::Cow;

/// A part of such a text. Words in quotes can't be taken for names outside of them: a message that contains
/// the text of an error is one [`Part::Value`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// A text or a word after `name:`, without the `Some(..)` around it.
    Value(&'t str, Cow<'t, str>),
    /// An opening bracket, and the name before it.
    Open(Option<&'t str>),
    Close,
}

/// Reads a text part by part, and ends where it makes no sense.
pub(super) struct Fields<'t> {
    rest: &'t str,
    /// The last word, which is a name if a colon follows.
    last: Option<&'t str>,
    name: Option<&'t str>,
}

impl<'t> Fields<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { rest: text, last: None, name: None }
    }

    /// The next word and whether it was in quotes, or the next character of punctuation.
    fn token(&mut self) -> Option<Token<'t>> {
        let text = self.rest.trim_start();
        let first = text.chars().next()?;
        let (token, end) = match first {
            '"' => {
                let quoted = text.get(1..)?;
                let end = end_of_quoted(quoted)?;
                (Token::Word(quoted.get(..end)?, true), end + 2)
            }
            ':' | ',' | '{' | '}' | '[' | ']' | '(' | ')' => (Token::Mark(first), 1),
            _ => {
                let ends = |c: char| c.is_whitespace() || ":,{}[]()\"".contains(c);
                let end = text.find(ends).unwrap_or(text.len());
                (Token::Word(text.get(..end)?, false), end)
            }
        };
        self.rest = text.get(end..)?;
        Some(token)
    }
}

enum Token<'t> {
    Word(&'t str, bool),
    Mark(char),
}

impl<'t> Iterator for Fields<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        loop {
            match self.token()? {
                Token::Mark(':') => self.name = self.last.take().or(self.name),
                Token::Mark('(') | Token::Word("Some", false) => {}
                Token::Mark('{' | '[') => {
                    self.last = None;
                    return Some(Part::Open(self.name.take()));
                }
                Token::Mark('}' | ']') => {
                    (self.last, self.name) = (None, None);
                    return Some(Part::Close);
                }
                Token::Mark(_) => (self.last, self.name) = (None, None),
                Token::Word(word, quoted) => match self.name.take() {
                    Some(name) => {
                        let value = if quoted { unescaped(word) } else { word.into() };
                        return Some(Part::Value(name, value));
                    }
                    None => self.last = Some(word),
                },
            }
        }
    }
}

/// The place of the closing quote.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// The text that the escape sequences of JSON or of Rust stand for.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('0') => plain.push('\0'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('b') => plain.push('\u{8}'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                // `\u00e9` in JSON, `\u{e9}` in Rust.
                let hex: String = if rest.as_str().starts_with('{') {
                    rest.by_ref().skip(1).take_while(|c| *c != '}').collect()
                } else {
                    rest.by_ref().take(4).collect()
                };
                let code = u32::from_str_radix(&hex, 16).ok();
                plain.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str) -> Vec<(&str, Cow<'_, str>)> {
        let value = |part| match part {
            Part::Value(name, value) => Some((name, value)),
            _ => None,
        };
        Fields::new(text).filter_map(value).collect()
    }

    #[test]
    fn json_and_the_debug_output_of_a_struct_have_the_same_fields() {
        let expected = [("a", Cow::Borrowed("x")), ("b", "y".into()), ("c", "7".into())];
        for text in [
            r#"{"a": "x", "list":[{"b":"y"}], "c": 7}"#,
            r#"E { a: Some("x"), list: Some([L { b: Some("y") }]), c: 7 }"#,
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_in_quotes_has_no_fields() {
        let message = r#"b: Some("y"), "c":"z"}"#;
        let text = format!("E {{ a: Some({message:?}), b: None }}");
        assert_eq!(values(&text), [("a", message.into()), ("b", "None".into())]);
        let text = format!("{{\"a\":{message:?}}}");
        assert_eq!(values(&text), [("a", Cow::Borrowed(message))]);
    }

    #[test]
    fn escapes_of_both_notations_are_read() {
        for (text, expected) in [
            (r#"{"a":"\u00e4\/\"\n"}"#, "ä/\"\n"),
            (r#"E { a: "\u{e4}\'\t" }"#, "ä'\t"),
            (r#"{"a":"\ud800x"}"#, "\u{fffd}x"),
        ] {
            assert_eq!(values(text), [("a", expected.into())], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text: String) {
            prop_assert!(Fields::new(&text).count() <= text.len());
        }

        /// The characters that mean something.
        #[test]
        fn any_nesting_comes_to_an_end(text in r#"[a"\\:,{}\[\]() ]{0,60}"#) {
            prop_assert!(Fields::new(&text).count() <= text.len());
        }

        #[test]
        fn whatever_a_text_is_its_debug_output_is_one_value(text: String) {
            let printed = format!("E {{ a: {text:?} }}");
            prop_assert_eq!(values(&printed), [("a", Cow::Borrowed(text.as_str()))]);
        }
    }
}
