//! `quote!` for what is ours: its names are invisible to the user's code, and the user's to it.

macro_rules! glue {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}
