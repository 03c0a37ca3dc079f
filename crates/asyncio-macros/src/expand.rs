//! From an `async fn` to the function that runs it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, ItemFn, Result, Safety, Signature};

use crate::options::Options;

/// The two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// `#[asyncio::main]`.
    Main,
    /// `#[asyncio::test]`.
    Test,
}

/// What the attribute makes of `item`. Errors become `compile_error!`, beside a function of the same name, so that
/// the compiler does not also complain about a missing one.
pub(crate) fn expand(
    attribute: Attribute,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let error = Error::new_spanned(item, attribute.needs_async_fn()).into_compile_error();
            return error;
        }
    };
    let checked = check(attribute, &function);
    match (Options::parse(attribute, arguments), checked) {
        (Ok(options), Ok(())) => wrap(attribute, &options, &function),
        (Err(mut error), Err(other)) => {
            error.combine(other);
            with_stub(&error, &function)
        }
        (Err(error), Ok(())) | (Ok(_), Err(error)) => with_stub(&error, &function),
    }
}

impl Attribute {
    fn needs_async_fn(self) -> &'static str {
        match self {
            Attribute::Main => "`#[asyncio::main]` belongs on an `async fn` without arguments",
            Attribute::Test => "`#[asyncio::test]` belongs on an `async fn` without arguments",
        }
    }
}

/// The coroutine becomes an inner function of the same name: `return`, `?` and the compiler's messages stay as
/// they are in any `async fn`.
fn wrap(attribute: Attribute, options: &Options, function: &ItemFn) -> TokenStream {
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = function;
    let Signature { ident, output, .. } = sig;
    let (test, run) = match attribute {
        Attribute::Main => (None, quote!(main)),
        Attribute::Test => (Some(quote!(#[::core::prelude::v1::test])), quote!(test)),
    };
    // A return type that cannot be used is reported where it stands.
    let span = output.span();
    let call = match options.seeded() {
        None => {
            let runner = options.runner();
            quote_spanned!(span=> ::asyncio::__private::#run(#runner.build(), #ident()))
        }
        Some((seeds, runner)) => {
            let name = ident.unraw().to_string();
            let test = quote! {
                ::asyncio::__private::SeededTest {
                    seeds: #seeds,
                    name: ::core::concat!(::core::module_path!(), "::", #name),
                    package: ::core::option_env!("CARGO_PKG_NAME"),
                }
            };
            quote_spanned!(span=> #test.run(|seed| #runner.build(), #ident))
        }
    };
    quote! {
        #(#attrs)*
        #test
        #vis fn #ident() #output {
            async fn #ident() #output #block
            #call
        }
    }
}

/// Everything that is wrong with the function, as one error.
fn check(attribute: Attribute, function: &ItemFn) -> Result<()> {
    let sig = &function.sig;
    let mut problems = Vec::new();
    if sig.asyncness.is_none() {
        problems.push(Error::new_spanned(
            sig.fn_token,
            format!("{}: `async` is missing", attribute.needs_async_fn()),
        ));
    }
    if !sig.inputs.is_empty() {
        problems.push(Error::new_spanned(&sig.inputs, attribute.needs_async_fn()));
    }
    if !sig.generics.params.is_empty() || sig.generics.where_clause.is_some() {
        let text = "nobody can choose the generic parameters of this function";
        problems.push(Error::new_spanned(&sig.generics, text));
    }
    if let Some(error) = check_qualifiers(sig) {
        problems.push(error);
    }
    for attr in &function.attrs {
        if attribute == Attribute::Test && attr.path().is_ident("test") {
            let text = "`#[asyncio::test]` makes it a test already";
            problems.push(Error::new_spanned(attr, text));
        }
    }
    let all = problems.into_iter().reduce(|mut all, problem| {
        all.combine(problem);
        all
    });
    all.map_or(Ok(()), Err)
}

/// Qualifiers other than `async` have no meaning for the function that runs the coroutine.
fn check_qualifiers(sig: &Signature) -> Option<Error> {
    let span = if let Some(constness) = &sig.constness {
        constness.span()
    } else if let Safety::Unsafe(token) = &sig.safety {
        token.span()
    } else {
        sig.abi.as_ref()?.span()
    };
    Some(Error::new(span, "only `async` may stand before `fn` here"))
}

fn with_stub(error: &Error, function: &ItemFn) -> TokenStream {
    let error = error.to_compile_error();
    let (vis, ident) = (&function.vis, &function.sig.ident);
    quote! {
        #error
        #vis fn #ident() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main(arguments: &str, item: &str) -> String {
        expanded(Attribute::Main, arguments, item)
    }

    fn test(arguments: &str, item: &str) -> String {
        expanded(Attribute::Test, arguments, item)
    }

    fn expanded(attribute: Attribute, arguments: &str, item: &str) -> String {
        expand(attribute, arguments.parse().unwrap(), item.parse().unwrap()).to_string()
    }

    /// The same tokens as `text`.
    #[track_caller]
    fn assert_tokens(tokens: &str, text: &str) {
        assert_eq!(tokens, text.parse::<TokenStream>().unwrap().to_string());
    }

    /// The messages of the `compile_error!`s, with the column at which each begins.
    fn errors(attribute: Attribute, arguments: &str, item: &str) -> Vec<(String, usize)> {
        let file = expand(attribute, arguments.parse().unwrap(), item.parse().unwrap());
        let file: syn::File = syn::parse2(file).unwrap();
        let macros = file.items.iter().filter_map(|item| match item {
            syn::Item::Macro(item) => Some(&item.mac),
            _ => None,
        });
        macros
            .map(|mac| {
                assert!(mac.path.segments.last().unwrap().ident == "compile_error");
                let text: syn::LitStr = mac.parse_body().unwrap();
                (text.value(), mac.span().start().column)
            })
            .collect()
    }

    #[test]
    fn main_runs_the_function_of_the_same_name() {
        assert_tokens(
            &main("", "async fn main() -> asyncio::Result<()> { f().await }"),
            "fn main() -> asyncio::Result<()> {
                async fn main() -> asyncio::Result<()> { f().await }
                ::asyncio::__private::main(::asyncio::__private::Runner::builder().build(), main())
            }",
        );
    }

    #[test]
    fn main_keeps_attributes_and_visibility() {
        assert_tokens(
            &main(
                "debug = true",
                "#[allow(unused)] pub async fn start() { f().await }",
            ),
            "#[allow(unused)]
            pub fn start() {
                async fn start() { f().await }
                ::asyncio::__private::main(::asyncio::__private::Runner::builder().debug(true).build(), start())
            }",
        );
    }

    #[test]
    fn test_becomes_a_test() {
        assert_tokens(
            &test(
                "virtual_time, debug",
                "#[should_panic] async fn waits() { panic!() }",
            ),
            "#[should_panic]
            #[::core::prelude::v1::test]
            fn waits() {
                async fn waits() { panic!() }
                ::asyncio::__private::test(
                    ::asyncio::__private::Runner::builder()
                        .debug(true)
                        .loop_factory(::asyncio::__private::virtual_loop)
                        .build(),
                    waits()
                )
            }",
        );
    }

    #[test]
    fn a_seeded_test_is_called_once_for_every_seed() {
        assert_tokens(
            &test("seeds = 3, virtual_time", "async fn r#loop() { f().await }"),
            "#[::core::prelude::v1::test]
            fn r#loop() {
                async fn r#loop() { f().await }
                ::asyncio::__private::SeededTest {
                    seeds: ::asyncio::__private::Seeds::Count(3u64),
                    name: ::core::concat!(::core::module_path!(), \"::\", \"loop\"),
                    package: ::core::option_env!(\"CARGO_PKG_NAME\"),
                }.run(
                    |seed| ::asyncio::__private::Runner::builder()
                        .loop_factory(move || ::asyncio::__private::shuffled_virtual_loop(seed))
                        .build(),
                    r#loop
                )
            }",
        );
    }

    #[test]
    fn a_function_must_be_async() {
        assert_eq!(
            errors(Attribute::Main, "", "pub fn main() {}"),
            [(
                "`#[asyncio::main]` belongs on an `async fn` without arguments: `async` is missing"
                    .into(),
                4
            )]
        );
    }

    #[test]
    fn it_takes_no_arguments() {
        let error = "`#[asyncio::test]` belongs on an `async fn` without arguments";
        assert_eq!(
            errors(Attribute::Test, "", "async fn t(a: u8, b: u8) {}"),
            [(error.into(), 11)]
        );
        assert_eq!(
            errors(Attribute::Test, "", "async fn t(&self) {}"),
            [(error.into(), 11)]
        );
        assert_eq!(
            errors(Attribute::Test, "", "struct T;"),
            [(error.into(), 0)]
        );
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let errors = errors(
            Attribute::Test,
            "speed = 11",
            "#[test] extern fn t<T>(t: T) where T: Copy {}",
        );
        let columns: Vec<_> = errors.iter().map(|(_, column)| *column).collect();
        assert_eq!(columns, [0, 15, 23, 19, 8, 0]);
    }

    #[test]
    fn an_error_leaves_a_function_of_that_name() {
        assert!(main("colour", "async fn main() {}").ends_with("fn main () { }"));
    }

    #[test]
    fn qualifiers_are_refused() {
        for item in [
            "const async fn f() {}",
            concat!("async un", "safe fn f() {}"),
            "async extern \"C\" fn f() {}",
        ] {
            let errors = errors(Attribute::Main, "", item);
            assert_eq!(errors[0].0, "only `async` may stand before `fn` here");
        }
    }
}
