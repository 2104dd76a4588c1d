//! `usher`: parse, load, run.

use std::process::ExitCode;

use clap::Parser;
use server::cli::{Usher, run};
use server::threads;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let usher = Usher::parse();
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("nobody has installed one before");
    let runtime = threads::answering().expect("the operating system gives threads");
    match runtime.block_on(run(usher)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("usher: {problem}");
            ExitCode::FAILURE
        }
    }
}
