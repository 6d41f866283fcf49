//! A policy loaded from a real environment and a real profile, in force on an annotated function.
//!
//! A process's environment cannot be changed safely once threads run, so each case has a process of its own.

use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use aws_retry::{RetryPolicy, aws_retry};

static POLICY: OnceLock<RetryPolicy> = OnceLock::new();

fn policy() -> &'static RetryPolicy {
    static DEFAULT: RetryPolicy = RetryPolicy::new();
    POLICY.get().unwrap_or(&DEFAULT)
}

#[aws_retry(policy = policy())]
async fn fails(attempts: &mut u32) -> Result<(), Error> {
    *attempts += 1;
    Err(ErrorKind::ConnectionReset.into())
}

#[tokio::test(start_paused = true)]
#[ignore = "the child of the test below"]
async fn child() {
    match RetryPolicy::load().await {
        Ok(loaded) => {
            POLICY.set(loaded).expect("nobody else loads it");
            let mut attempts = 0;
            fails(&mut attempts).await.expect_err("it always fails");
            println!("\nsaid: {attempts} attempts under {:?}", policy());
        }
        Err(error) => println!("\nsaid: {error}"),
    }
}

/// The line that the child prints in this environment.
fn in_environment(variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "configuration::child", "--ignored", "--nocapture"]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            child.env_remove(name);
        }
    }
    child.env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    let output = child.envs(variables.iter().copied()).output().expect("it runs");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = output.lines().find_map(|line| line.strip_prefix("said: "));
    said.unwrap_or_else(|| panic!("nothing said: {output}")).to_owned()
}

fn config_file() -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("aws_config");
    let config = "[default]\nretry_mode = standard\n\n[profile ops]\nretry_mode = legacy\nmax_attempts = 7\n";
    std::fs::write(&path, config).expect("a file of the test's own");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_loaded_policy_is_in_force() {
    let file = config_file();
    let file = ("AWS_CONFIG_FILE", file.as_str());
    let nothing = ("AWS_CONFIG_FILE", "/nonexistent");
    for (variables, said) in [
        ([nothing].as_slice(), "6 attempts under"),
        (&[file], "3 attempts under"),
        (&[file, ("AWS_PROFILE", "ops")], "7 attempts under"),
        (&[file, ("AWS_PROFILE", "ops"), ("AWS_MAX_ATTEMPTS", "2")], "2 attempts under"),
        (&[nothing, ("AWS_RETRY_MODE", "legacy")], "5 attempts under"),
        (
            &[nothing, ("AWS_RETRY_MODE", "nonsense")],
            "the environment variable `AWS_RETRY_MODE` is \"nonsense\"",
        ),
        (
            &[nothing, ("AWS_MAX_ATTEMPTS", "0")],
            "the environment variable `AWS_MAX_ATTEMPTS` is \"0\"",
        ),
        (
            &[file, ("AWS_PROFILE", "nobody")],
            "the environment variable `AWS_PROFILE` is \"nobody\"",
        ),
    ] {
        let answer = in_environment(variables);
        assert!(answer.starts_with(said), "{variables:?}: {answer}");
    }
}
