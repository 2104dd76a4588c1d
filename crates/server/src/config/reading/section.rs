use super::{Effective, Reference, Scope};

/// A table of the configuration. Written by [`section!`](super::section!), never by hand.
pub(crate) trait Section: Sized {
    /// What it is for.
    const ABOUT: &'static str;

    /// Reads every key of the table and notes every fault. `None` when there was one.
    fn read(scope: &mut Scope<'_, '_>) -> Option<Self>;

    /// Puts every key on the reference page.
    fn describe(page: &mut Reference);

    /// Puts every value on the dump.
    fn show(&self, page: &mut Effective<'_>);
}

/// Makes a section from one definition: the struct, its reader, its part of the reference and of the dump.
///
/// ```text
/// section! {
///     /// What the section is for; printed above its table in the reference.
///     Name, check fn_that_looks_at_several_keys {
///         /// What the key means; printed in the reference.
///         field: Type = default(Kind, "value");
///         /// The key is called after the field unless `as` names it.
///         timeout as "timeout_seconds": Duration = default(Seconds(1..=300), "30");
///     }
/// }
/// ```
///
/// On the right stands a [part](super::Part): `default`, `required`, `optional`, `derived`, `table` or `list`.
/// `+ name: Type` after the name adds a field that is no key and starts as its `Default`.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident $(, check $check:path)? $(, + $extra:ident: $extra_type:ty)? {
            $(
                $(#[doc = $doc:literal])+
                $field:ident $(as $key:literal)?: $type:ty = $part:expr;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)+
            $($extra: $extra_type,)?
        }

        impl $crate::config::reading::Section for $name {
            const ABOUT: &'static str = concat!($($about,)+);

            fn read(scope: &mut $crate::config::reading::Scope<'_, '_>) -> Option<Self> {
                use $crate::config::reading::Part as _;
                $(
                    let key = $crate::config::reading::key_of!($field $($key)?);
                    let $field = $crate::config::reading::of::<$type, _>($part).read(scope, key);
                )+
                $($check(scope);)?
                scope.refuse_unknown();
                Some(Self { $($field: $field?,)+ $($extra: Default::default(),)? })
            }

            fn describe(page: &mut $crate::config::reading::Reference) {
                use $crate::config::reading::Part as _;
                $(
                    let key = $crate::config::reading::key_of!($field $($key)?);
                    $crate::config::reading::of::<$type, _>($part).describe(page, key, concat!($($doc,)+));
                )+
            }

            fn show(&self, page: &mut $crate::config::reading::Effective<'_>) {
                use $crate::config::reading::Part as _;
                $(
                    let key = $crate::config::reading::key_of!($field $($key)?);
                    $crate::config::reading::of::<$type, _>($part).show(page, key, &self.$field);
                )+
            }
        }
    };
}

macro_rules! key_of {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

pub(crate) use {key_of, section};
