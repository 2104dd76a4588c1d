//! Every attack stands beside its control: the same token made right is believed.

mod attacks;
mod claims;
mod keys;
mod remembered;
mod support;
