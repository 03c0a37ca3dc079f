//! What stands in the brackets: `debug = true`, `virtual_time`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::{LitBool, Result, Token};

use crate::expand::Attribute;

/// The options of one use of an attribute.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    debug: Option<bool>,
    virtual_time: Option<bool>,
}

impl Options {
    pub(crate) fn parse(attribute: Attribute, arguments: TokenStream) -> Result<Self> {
        let mut options = Options::default();
        syn::meta::parser(|meta| options.read(attribute, &meta)).parse2(arguments)?;
        Ok(options)
    }

    fn read(&mut self, attribute: Attribute, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string);
        let option = match (name.as_deref(), attribute) {
            (Some("debug"), _) => &mut self.debug,
            (Some("virtual_time"), Attribute::Test) => &mut self.virtual_time,
            _ => return Err(meta.error(attribute.unknown_option())),
        };
        if option.is_some() {
            return Err(meta.error("this option is given twice"));
        }
        *option = Some(switch(meta)?);
        Ok(())
    }

    /// The builder of the runner that these options ask for.
    pub(crate) fn runner(&self) -> TokenStream {
        let debug = self.debug.map(|debug| quote!(.debug(#debug)));
        let factory = (self.virtual_time == Some(true))
            .then(|| quote!(.loop_factory(::asyncio::__private::virtual_loop)));
        quote!(::asyncio::__private::Runner::builder() #debug #factory)
    }
}

impl Attribute {
    fn unknown_option(self) -> &'static str {
        match self {
            Attribute::Main => "unknown option, expected `debug`",
            Attribute::Test => "unknown option, expected `debug` or `virtual_time`",
        }
    }
}

/// `= true`, `= false`, or nothing, which means true.
fn switch(meta: &ParseNestedMeta<'_>) -> Result<bool> {
    if !meta.input.peek(Token![=]) {
        return Ok(true);
    }
    let value = meta.value()?;
    match value.parse::<LitBool>() {
        Ok(literal) => Ok(literal.value),
        Err(error) => Err(syn::Error::new(error.span(), "expected `true` or `false`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(attribute: Attribute, arguments: &str) -> Result<Options> {
        Options::parse(attribute, arguments.parse().unwrap())
    }

    #[test]
    fn every_option_can_be_given_in_both_ways() {
        let all = Options {
            debug: Some(true),
            virtual_time: Some(true),
        };
        for arguments in [
            "debug, virtual_time",
            "virtual_time = true, debug = true",
            "debug, virtual_time,",
        ] {
            assert_eq!(parse(Attribute::Test, arguments).unwrap(), all);
        }
        let off = parse(Attribute::Main, "debug = false").unwrap();
        assert_eq!(off.debug, Some(false));
        assert_eq!(parse(Attribute::Main, "").unwrap(), Options::default());
    }

    #[test]
    fn misuse_is_named() {
        let error = |attribute, arguments| parse(attribute, arguments).unwrap_err().to_string();
        assert_eq!(
            error(Attribute::Main, "flavour = \"multi\""),
            "unknown option, expected `debug`"
        );
        assert_eq!(
            error(Attribute::Main, "virtual_time"),
            "unknown option, expected `debug`"
        );
        assert_eq!(
            error(Attribute::Test, "a::b"),
            "unknown option, expected `debug` or `virtual_time`"
        );
        assert_eq!(
            error(Attribute::Test, "debug, debug = false"),
            "this option is given twice"
        );
        assert_eq!(
            error(Attribute::Test, "debug = 1"),
            "expected `true` or `false`"
        );
    }

    #[test]
    fn the_error_points_at_the_option() {
        let error = parse(Attribute::Main, "debug, colour").unwrap_err();
        assert_eq!(error.span().start().column, 7);
    }

    #[test]
    fn options_become_calls_of_the_builder() {
        let runner = |arguments| {
            let options = parse(Attribute::Test, arguments).unwrap();
            options.runner().to_string()
        };
        assert!(runner("").ends_with("Runner :: builder ()"));
        assert!(runner("debug = false").ends_with("builder () . debug (false)"));
        assert!(runner("virtual_time = false").ends_with("builder ()"));
        assert!(
            runner("virtual_time")
                .ends_with("builder () . loop_factory (:: asyncio :: __private :: virtual_loop)")
        );
    }
}
