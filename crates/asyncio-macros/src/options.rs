//! What stands in the brackets: `debug = true`, `virtual_time`, `seeds = 100`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::{LitBool, LitInt, Result, Token};

use crate::expand::Attribute;

/// The options of one use of an attribute.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    debug: Option<bool>,
    shutdown_signals: Option<bool>,
    virtual_time: Option<bool>,
    seeds: Option<Seeds>,
}

/// With which seeds a test runs.
#[derive(Debug, PartialEq, Eq)]
enum Seeds {
    /// `seed`: another one every time.
    Random,
    /// `seed = 7`.
    One(u64),
    /// `seeds = 100`: so many, from 0 on.
    Count(u64),
}

impl Options {
    pub(crate) fn parse(attribute: Attribute, arguments: TokenStream) -> Result<Self> {
        let mut options = Options::default();
        syn::meta::parser(|meta| options.read(attribute, &meta)).parse2(arguments)?;
        Ok(options)
    }

    fn read(&mut self, attribute: Attribute, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string);
        match (name.as_deref(), attribute) {
            (Some("debug"), _) => set(&mut self.debug, meta, switch),
            (Some("shutdown_signals"), Attribute::Main) => {
                set(&mut self.shutdown_signals, meta, switch)
            }
            (Some("virtual_time"), Attribute::Test) => set(&mut self.virtual_time, meta, switch),
            (Some("seed" | "seeds"), Attribute::Test) if self.seeds.is_some() => {
                Err(meta.error("`seed` and `seeds` are given more than once"))
            }
            (Some("seed"), Attribute::Test) => set(&mut self.seeds, meta, Seeds::one),
            (Some("seeds"), Attribute::Test) => set(&mut self.seeds, meta, Seeds::several),
            _ => Err(meta.error(attribute.unknown_option())),
        }
    }

    /// The builder of the runner that these options ask for.
    pub(crate) fn runner(&self) -> TokenStream {
        let factory = (self.virtual_time == Some(true))
            .then(|| quote!(.loop_factory(::asyncio::__private::virtual_loop)));
        self.runner_with(&factory)
    }

    /// The seeds, and the builder of the runner for one `seed`; `None` if nothing is to be shuffled.
    pub(crate) fn seeded(&self) -> Option<(TokenStream, TokenStream)> {
        let seeds = match self.seeds.as_ref()? {
            Seeds::Random => quote!(Random),
            Seeds::One(seed) => quote!(One(#seed)),
            Seeds::Count(count) => quote!(Count(#count)),
        };
        let factory = match self.virtual_time {
            Some(true) => quote!(shuffled_virtual_loop),
            _ => quote!(shuffled_loop),
        };
        let factory = quote!(.loop_factory(move || ::asyncio::__private::#factory(seed)));
        let seeds = quote!(::asyncio::__private::Seeds::#seeds);
        Some((seeds, self.runner_with(&Some(factory))))
    }

    fn runner_with(&self, factory: &Option<TokenStream>) -> TokenStream {
        let debug = self.debug.map(|debug| quote!(.debug(#debug)));
        let signals = (self.shutdown_signals == Some(true))
            .then(|| quote!(.shutdown_signals(::asyncio::__private::SHUTDOWN_SIGNALS)));
        quote!(::asyncio::__private::Runner::builder() #debug #factory #signals)
    }
}

impl Seeds {
    fn one(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        if !meta.input.peek(Token![=]) {
            return Ok(Seeds::Random);
        }
        Ok(Seeds::One(number(meta)?.0))
    }

    fn several(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        if !meta.input.peek(Token![=]) {
            return Err(meta.error("expected how many: `seeds = 100`"));
        }
        match number(meta)? {
            (0, span) => Err(syn::Error::new(span, "expected at least one")),
            (count, _) => Ok(Seeds::Count(count)),
        }
    }
}

impl Attribute {
    fn unknown_option(self) -> &'static str {
        match self {
            Attribute::Main => "unknown option, expected `debug` or `shutdown_signals`",
            Attribute::Test => {
                "unknown option, expected `debug`, `virtual_time`, `seed` or `seeds`"
            }
        }
    }
}

/// Reads the value of an option that may be given once.
fn set<T>(
    option: &mut Option<T>,
    meta: &ParseNestedMeta<'_>,
    value: fn(&ParseNestedMeta<'_>) -> Result<T>,
) -> Result<()> {
    if option.is_some() {
        return Err(meta.error("this option is given twice"));
    }
    *option = Some(value(meta)?);
    Ok(())
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

/// `= 42`, and where the number stands.
fn number(meta: &ParseNestedMeta<'_>) -> Result<(u64, Span)> {
    let literal = meta.value()?.parse::<LitInt>();
    let span = match &literal {
        Ok(literal) => literal.span(),
        Err(error) => error.span(),
    };
    let number = literal.and_then(|literal| literal.base10_parse());
    match number {
        Ok(number) => Ok((number, span)),
        Err(_) => Err(syn::Error::new(
            span,
            "expected a number from 0 to 2^64 - 1",
        )),
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
            ..Options::default()
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
            "unknown option, expected `debug` or `shutdown_signals`"
        );
        assert_eq!(
            error(Attribute::Main, "virtual_time"),
            "unknown option, expected `debug` or `shutdown_signals`"
        );
        assert_eq!(
            error(Attribute::Test, "a::b"),
            "unknown option, expected `debug`, `virtual_time`, `seed` or `seeds`"
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
    fn seeds_are_numbers() {
        let seeds = |arguments| parse(Attribute::Test, arguments).unwrap().seeds;
        assert_eq!(seeds("seed"), Some(Seeds::Random));
        assert_eq!(seeds("seed, debug"), Some(Seeds::Random));
        assert_eq!(seeds("debug, seed = 0"), Some(Seeds::One(0)));
        let greatest = "seed = 18446744073709551615";
        assert_eq!(seeds(greatest), Some(Seeds::One(u64::MAX)));
        assert_eq!(seeds("seed = 0xff"), Some(Seeds::One(255)));
        assert_eq!(seeds("seeds = 1_000"), Some(Seeds::Count(1000)));
        assert_eq!(seeds("debug"), None);
    }

    #[test]
    fn what_is_no_seed_is_named() {
        let error = |arguments: &str| {
            let error = parse(Attribute::Test, arguments).unwrap_err();
            error.to_string()
        };
        for value in ["", "\"x\"", "-1", "1.5", "many", "18446744073709551616"] {
            let text = "expected a number from 0 to 2^64 - 1";
            assert_eq!(error(&format!("seed = {value}")), text);
            assert_eq!(error(&format!("seeds = {value}")), text);
        }
        assert_eq!(error("seed(1)"), "expected `,`");
        assert_eq!(error("seeds"), "expected how many: `seeds = 100`");
        assert_eq!(error("seeds = 0"), "expected at least one");
        for arguments in ["seed, seeds = 2", "seeds = 2, seed = 1", "seed, seed"] {
            let text = "`seed` and `seeds` are given more than once";
            assert_eq!(error(arguments), text);
        }
        let main = parse(Attribute::Main, "seed = 1").unwrap_err();
        assert_eq!(
            main.to_string(),
            "unknown option, expected `debug` or `shutdown_signals`"
        );
    }

    #[test]
    fn the_error_points_at_the_option() {
        let error = parse(Attribute::Main, "debug, colour").unwrap_err();
        assert_eq!(error.span().start().column, 7);
        let error = parse(Attribute::Test, "debug, seed = red").unwrap_err();
        assert_eq!(error.span().start().column, 14);
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
        let options = parse(Attribute::Main, "shutdown_signals").unwrap();
        assert!(options.runner().to_string().ends_with(
            "builder () . shutdown_signals (:: asyncio :: __private :: SHUTDOWN_SIGNALS)"
        ));
    }
}
